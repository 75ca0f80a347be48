using LightMq.Service.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;

namespace LightMq.Service;

/// <summary>
/// What the processes of our services have in common: a failed start is one line on standard error and an
/// exit status, and services run from the start until a signal ends them.
/// </summary>
public static class ServiceProcess
{
    /// <summary>Runs <paramref name="work"/>; what cannot start is told in one line.</summary>
    /// <param name="name">The program's name, before the line.</param>
    /// <param name="work">Gives the exit status.</param>
    /// <returns>The exit status.</returns>
    public static int Run(string name, Func<int> work)
    {
        try
        {
            return work();
        }
        catch (ConfigurationError wrong)
        {
            return Fail(name, ExitCode.Configuration, wrong.Message);
        }
        catch (StartFailure failure)
        {
            return Fail(name, failure.ExitCode, failure.Message);
        }
    }

    /// <summary>
    /// Starts services in their order, waits for a signal, and stops them in the reverse order.
    /// </summary>
    /// <param name="serilog">Where log lines go.</param>
    /// <param name="systemd">Null where systemd did not start us.</param>
    /// <param name="services">The services; their owner disposes of them.</param>
    public static void Serve(
        SerilogLoggerFactory serilog, NotifySocket? systemd, params IReadOnlyList<IHostedService> services)
    {
        var builder =
            new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(serilog);
        builder.Services.AddSingleton<ILoggerFactory>(serilog);
        builder.Services.Configure<ConsoleLifetimeOptions>(
            static lifetime => lifetime.SuppressStatusMessages = true);
        // AddSystemd asks whether the parent is called systemd; whoever gives us a socket wants to be told.
        if (systemd is not null)
        {
            builder.Services.AddSingleton<ISystemdNotifier>(systemd);
            builder.Services.AddSingleton<IHostLifetime, SystemdLifetime>();
        }
        foreach (var service in services) builder.Services.AddSingleton(service);
        using var host = builder.Build();
        try
        {
            host.Start();
            host.WaitForShutdown();
        }
        // A signal came while it was still starting.
        catch (OperationCanceledException)
        {
            host.StopAsync().GetAwaiter().GetResult();
        }
        // What began before it must end, or the process would go on with half of what it is.
        catch (Exception wrong) when (wrong is StartFailure or ConfigurationError)
        {
            host.StopAsync().GetAwaiter().GetResult();
            throw;
        }
    }

    private static int Fail(string name, int exitCode, string line)
    {
        Console.Error.WriteLine($"{name}: {line}");
        return exitCode;
    }
}
