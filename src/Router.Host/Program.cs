using Router.Host;

return await RouterProgram.RunAsync(args);
