return await LoRAEnsembleHub.Cli.Application.RunAsync(args).ConfigureAwait(false);
