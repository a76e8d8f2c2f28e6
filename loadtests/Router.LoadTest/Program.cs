using Router.LoadTest;
using Router.LoadTest.Carrier;
using Router.LoadTest.Children;
using Router.LoadTest.Load;

// The driver and its helpers are one program: `carrier` and `empty` are the children that it starts.
Clock.Check();
switch (args.Length > 0 ? args[0] : "help")
{
    case "carrier":
        using (var carrier = new SmppCarrier())
        {
            carrier.Run();
        }

        return 0;
    case "empty":
        await EmptyEndpoint.RunAsync();
        return 0;
    case "help" or "--help" or "-h":
        Console.WriteLine(LoadOptions.Help);
        return 0;
    default:
        return await LoadProgram.RunAsync(args);
}
