using LightMq.DeviceAgent.Gpio;
using LightMq.DeviceAgent.Sensors;

namespace LightMq.DeviceAgent.Commands;

/// <summary>The commands that concern sensors and outputs. On the loop.</summary>
/// <param name="outputs">Finds an output.</param>
/// <param name="sensors">Finds a sensor.</param>
internal sealed class OutputCommands(Func<string, OutputLine?> outputs, Func<string, ISensor?> sensors)
{
    private const double SecondsMax = 604_800;

    /// <summary>Makes them known.</summary>
    public void AddTo(CommandDesk desk)
    {
        desk.Add("set", Set);
        desk.Add("read", Read);
        desk.Add("set-counter", SetCounter);
    }

    private void Set(CommandCall call)
    {
        if (outputs(call.Text("output") ?? "") is not { } output)
        {
            call.Refuse("there is no such output");
            return;
        }
        var state = call.Text("state");
        if (state is not ("on" or "off" or "safe"))
        {
            call.Refuse("state is not one of on, off, safe");
            return;
        }
        if (!call.TryNumber("seconds", 0, 0, SecondsMax, out var seconds))
        {
            call.Refuse($"seconds is not a number from 0 to {SecondsMax}");
            return;
        }
        output.Set(state == "safe" ? null : state == "on", TimeSpan.FromSeconds(seconds),
            $"command {call.Id}", fault =>
            {
                if (fault is not null) call.Refuse(fault);
                else call.Done(json => json.WriteString("state"u8, OutputLine.Word(output.IsOn)));
            });
    }

    private void Read(CommandCall call)
    {
        if (sensors(call.Text("sensor") ?? "") is not { } sensor)
        {
            call.Refuse("there is no such sensor");
            return;
        }
        sensor.ReadNow();
        call.Done();
    }

    private void SetCounter(CommandCall call)
    {
        if (sensors(call.Text("sensor") ?? "") is not PulseCounter counter)
        {
            call.Refuse("there is no such counter");
            return;
        }
        if (!call.TryNumber("total", -1, 0, 1L << 53, out var total) || total < 0
            || total != Math.Floor(total))
        {
            call.Refuse("total is not a whole number");
            return;
        }
        var before = counter.Total;
        counter.Set((long)total, fault =>
        {
            if (fault is not null) call.Refuse($"it counts from there, but is not kept: {fault}");
            else call.Done(json => json.WriteNumber("before"u8, before));
        });
    }
}
