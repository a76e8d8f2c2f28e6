using System.Globalization;
using System.Security.Authentication;
using System.Text;
using Router.Core.Segments;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp.Check;

/// <summary>
/// Binds to a carrier, asks whether it lives, sends one message if it is to, and writes each step as it happens: for the day a carrier says "it works on our side". Cold.
/// </summary>
/// <remarks>
/// It keeps nothing, so it takes nothing: what the carrier delivers that is not a receipt of its own message is put back for Router (0x64) and shown without addresses and text. The password is
/// never written.
/// </remarks>
public sealed partial class SmscCheck
{
    private readonly SmscCheckOptions options;
    private readonly TimeProvider time;
    private readonly SmscCheckReport report;
    private readonly Lock gate = new();
    private readonly TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource alive = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private uint sequences;
    private int unanswered;
    private int receiptsDue;
    private bool refused;
    private bool ending;

    /// <summary>A check that writes to <paramref name="output"/>.</summary>
    public SmscCheck(SmscCheckOptions options, TextWriter output, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        this.options = options;
        this.time = time;
        report = new SmscCheckReport(output, time);
    }

    private TimeSpan Patience => TimeSpan.FromSeconds(options.Settings.ResponseTimeoutSeconds);

    /// <summary>Runs it; true: all that was tried went well (a receipt that has not come in time is no failure).</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var links = new List<SmscCheckLink>();
        using CancellationTokenRegistration stop = cancellationToken.UnsafeRegister(_ => Array.ForEach(links.ToArray(), static l => l.Dispose()), null);
        try
        {
            foreach (string kind in options.Binds)
            {
                if (await OpenAsync(KindOf(kind), cancellationToken).ConfigureAwait(false) is not { } link)
                {
                    return false;
                }

                links.Add(link);
                if (!await BindAsync(link).ConfigureAwait(false))
                {
                    return false;
                }
            }

            Task[] reading = [.. links.Select(ReadAllAsync)];
            bool well = await TryAsync(links, cancellationToken).ConfigureAwait(false);
            await EndAsync(links, reading).ConfigureAwait(false);
            return well && !refused;
        }
        catch (Exception exception) when (SmppLink.IsFault(exception))
        {
            report.Say($"!! the link broke: {SmppLink.Words(exception)}");
            return false;
        }
        finally
        {
            links.ForEach(static l => l.Dispose());
        }
    }

    // One row of numbers for all links, so that what is written here is not ambiguous.
    private uint NextSequence() => ++sequences;

    private static Command KindOf(string word) => word switch
    {
        "transmitter" => Command.BindTransmitter,
        "receiver" => Command.BindReceiver,
        _ => Command.BindTransceiver,
    };

    private async Task<SmscCheckLink?> OpenAsync(Command bind, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        SmppSettings settings = options.Settings;
        try
        {
            SmppLink link = await SmppLink.ConnectAsync(settings, both.Token).ConfigureAwait(false);
            report.Say($"   connected to {settings.Host}:{settings.Port}{(link.Protocol is { } protocol ? $", {protocol}" : ", without TLS")}");
            return new SmscCheckLink(link, bind);
        }
        catch (Exception exception) when (SmppLink.IsFault(exception) || exception is AuthenticationException)
        {
            report.Say(exception is AuthenticationException ? $"!! {SmppLink.Words(exception)}"
                : $"!! could not connect to {settings.Host}:{settings.Port}: {SmppLink.Words(exception)}; check host and port, and whether the carrier lets this machine's address in");
            return null;
        }
    }

    private async Task<bool> BindAsync(SmscCheckLink link)
    {
        SmppSettings settings = options.Settings;
        byte[] pdu = new byte[Protocol.Bind.SizeMax];
        uint sequence = NextSequence();
        int length = Protocol.Bind.Write(link.Bind, sequence, settings, pdu);
        report.Wrote(link.Bind, sequence, $"system_id \"{settings.SystemId}\", system_type \"{settings.SystemType}\", interface_version {WireWords.Version(Protocol.Bind.InterfaceVersion)}");
        await link.WriteAsync(pdu.AsMemory(0, length)).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(Patience, time);
        using CancellationTokenRegistration late = limit.Token.UnsafeRegister(static l => ((SmscCheckLink)l!).Dispose(), link);
        try
        {
            while (await link.ReadAsync().ConfigureAwait(false) is ({ } header, { } body))
            {
                if (header.Command != Protocol.Bind.ResponseOf(link.Bind) && header.Command != Command.GenericNack)
                {
                    report.Read(header, "before the bind was answered: passed over");
                    continue;
                }

                report.Read(header, header.Status == Status.Ok ? BindAnswer(body.Span) : "");
                if (header.Status == Status.Ok && header.Command != Command.GenericNack)
                {
                    return true;
                }

                report.Say("!! the bind was refused");
                return false;
            }

            report.Say("!! the carrier closed the connection, or sent what is no SMPP, without answering the bind: it may not know this machine's address, or want TLS");
        }
        catch (Exception exception) when (SmppLink.IsFault(exception))
        {
            report.Say(limit.IsCancellationRequested ? $"!! no answer to the bind within {options.Settings.ResponseTimeoutSeconds} s" : $"!! the link broke: {SmppLink.Words(exception)}");
        }

        return false;
    }

    private static string BindAnswer(ReadOnlySpan<byte> body)
    {
        var reader = new PduReader(body);
        string words = $"system_id {SmscCheckReport.Quoted(reader.CString(Protocol.Bind.SystemIdMax + 1))}";
        var tlvs = new TlvReader(reader.Rest);
        while (tlvs.MoveNext())
        {
            if (tlvs.Tag == Tag.ScInterfaceVersion && tlvs.Value.Length == 1)
            {
                return $"{words}, sc_interface_version {WireWords.Version(tlvs.Value[0])}";
            }
        }

        return $"{words}, no sc_interface_version";
    }

    private async Task<bool> TryAsync(List<SmscCheckLink> links, CancellationToken cancellationToken)
    {
        SmscCheckLink first = links[0];
        uint sequence = NextSequence();
        report.Wrote(Command.EnquireLink, sequence, "");
        await first.WriteAsync(Command.EnquireLink, Status.Ok, sequence).ConfigureAwait(false);
        if (!await InTimeAsync(alive.Task, Patience, cancellationToken).ConfigureAwait(false))
        {
            report.Say($"!! no answer to enquire_link within {options.Settings.ResponseTimeoutSeconds} s");
            return false;
        }

        if (options.To is not null)
        {
            await SubmitAsync(first).ConfigureAwait(false);
            if (!await InTimeAsync(answered.Task, Patience, cancellationToken).ConfigureAwait(false))
            {
                report.Say($"!! no answer to submit_sm within {options.Settings.ResponseTimeoutSeconds} s");
                return false;
            }
        }

        bool awaits = options.To is not null && options.Settings.RegisteredDelivery != 0 && links.Exists(static l => l.Bind != Command.BindTransmitter);
        if (refused || (options.To is not null && !awaits) || options.Wait == TimeSpan.Zero)
        {
            return !refused;
        }

        if (received.Task.IsCompleted)
        {
            return !refused;
        }

        report.Say(awaits ? $"   waits up to {options.Wait.TotalSeconds} s for the receipt" : $"   listens for {options.Wait.TotalSeconds} s");
        if (!await InTimeAsync(received.Task, options.Wait, cancellationToken).ConfigureAwait(false) && awaits)
        {
            report.Say("   no receipt yet: it may come later, or the account gets none");
        }

        return !refused;
    }

    private async Task SubmitAsync(SmscCheckLink link)
    {
        byte[] text = Encoding.UTF8.GetBytes(options.Text);
        SmppAddress destination = SmppAddress.Of(Encoding.UTF8.GetBytes(options.To!));
        SmppAddress source = SmppAddress.Of(Encoding.UTF8.GetBytes(options.From));
        AddressRules rules = options.Settings.Addresses ?? new AddressRules();
        bool isBeyond = options.Settings.DefaultAlphabet != Alphabet.Gsm && Encoding.UTF8.GetString(text).Any(c => c > (options.Settings.DefaultAlphabet == Alphabet.Latin1 ? 0xFF : 0x7F));
        var segments = new SmsSegmenter(text, asUcs2: isBeyond);
        var pdus = new List<byte[]>();
        bool isWhole = options.Settings.LongMessages == LongMessages.Payload && segments.Count > 1;
        unanswered = receiptsDue = isWhole ? 1 : segments.Count;
        while (pdus.Count < unanswered && segments.MoveNext())
        {
            byte[] pdu = new byte[isWhole ? ShortMessage.PayloadSizeMax(segments.Count) : ShortMessage.SizeMax];
            bool bySar = options.Settings.LongMessages == LongMessages.Sar;
            uint sequence = NextSequence();
            var submit = new ShortMessage
            {
                Source = rules.Source(source),
                Destination = rules.Destination(destination),
                EsmClass = segments.HasHeader && !bySar && !isWhole ? ShortMessage.EsmUserDataHeader : (byte)0,
                DataCoding = (byte)segments.Encoding,
                RegisteredDelivery = options.Settings.RegisteredDelivery,
                Standard = options.Settings.DefaultAlphabet,
            };
            int length = isWhole ? submit.WriteWhole(sequence, segments, pdu) : submit.WriteSubmit(sequence, segments, (ushort)report.Begun, bySar, pdu);
            report.Wrote(Command.SubmitSm, sequence, string.Create(
                CultureInfo.InvariantCulture,
                $"{(isWhole ? "all" : $"segment {segments.Index + 1} of")} {segments.Count}{(isWhole ? " segments in message_payload" : "")}; source {SmscCheckReport.Quoted(submit.Source.Value)} TON {submit.Source.Ton} NPI {submit.Source.Npi}; destination {SmscCheckReport.Quoted(submit.Destination.Value)} TON {submit.Destination.Ton} NPI {submit.Destination.Npi}; esm_class 0x{submit.EsmClass:x2}, data_coding {submit.DataCoding}, registered_delivery {submit.RegisteredDelivery}"));
            pdus.Add(pdu[..length]);
        }

        foreach (byte[] pdu in pdus)
        {
            await link.WriteAsync(pdu).ConfigureAwait(false);
        }
    }

    private async Task EndAsync(List<SmscCheckLink> links, Task[] reading)
    {
        ending = true;
        foreach (SmscCheckLink link in links)
        {
            uint sequence = NextSequence();
            report.Wrote(Command.Unbind, sequence, "");
            try
            {
                await link.WriteAsync(Command.Unbind, Status.Ok, sequence).ConfigureAwait(false);
            }
            catch (Exception exception) when (SmppLink.IsFault(exception))
            {
                report.Say($"   it was closed already: {SmppLink.Words(exception)}");
            }
        }

        // A carrier closes after its answer; one that does not is left.
        await InTimeAsync(Task.WhenAll(reading), TimeSpan.FromSeconds(2), CancellationToken.None).ConfigureAwait(false);
        links.ForEach(static l => l.Dispose());
        await Task.WhenAll(reading).ConfigureAwait(false);
    }

    private async Task<bool> InTimeAsync(Task task, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(patience, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
