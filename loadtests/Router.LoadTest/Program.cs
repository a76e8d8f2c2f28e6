using Router.LoadTest;
using Router.LoadTest.Carrier;
using Router.LoadTest.Children;
using Router.LoadTest.Kafka;
using Router.LoadTest.Load;

// The driver and its helpers are one program: `carrier`, `empty` and those of Kafka are the children that it starts.
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
    case UnkeptRouter.Command:
        return await UnkeptRouter.RunAsync(args[1..]);
    case BareLoop.Command:
        BareLoop.Run(args[1]);
        return 0;
    case StreamEvents.Command:
        await StreamEvents.RunAsync(args[1]);
        return 0;
    case "help" or "--help" or "-h":
        Console.WriteLine(LoadOptions.Help);
        return 0;
    default:
        return await LoadProgram.RunAsync(args);
}
