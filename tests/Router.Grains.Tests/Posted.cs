using System.Text;
using Router.Core.Messages;
using Router.Core.Routing;
using Router.Core.Tenants;
using Router.Engine.Shards;

namespace Router.Grains.Tests;

/// <summary>A message posted by a test, and what became of the request.</summary>
internal sealed class Posted : IAcceptListener
{
    private readonly TaskCompletionSource<AcceptOutcome> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Posted(Tenant tenant, string number, long notBeforeMs)
    {
        byte[] to = Encoding.ASCII.GetBytes(number);
        Request = new AcceptRequest
        {
            Listener = this,
            Tenant = tenant,
            Contact = RouterCluster.ContactOf(number),
            Channel = Channel.Sms,
            Purpose = Purpose.Service,
            Priority = Priority.Normal,
            Prefix = DestinationPrefix.Of(to).Packed,
            ValiditySeconds = 3_600,
            NotBeforeMs = notBeforeMs,
        };
        Request.RecordLength = MessageRecord.Write(Channel.Sms, ContentType.Text, to, "hello"u8, default, default, Request.Record);
    }

    public AcceptRequest Request { get; }

    /// <summary>Ends when it is known.</summary>
    public Task<AcceptOutcome> Outcome => outcome.Task;

    /// <summary>Whether it was accepted by now.</summary>
    public bool Accepted => Outcome.IsCompletedSuccessfully && Outcome.Result == AcceptOutcome.Accepted;

    /// <summary>Makes one without posting it.</summary>
    public static Posted Make(Tenant tenant, string number) => new(tenant, number, 0);

    /// <summary>Posts; a shard without an owner answers <see cref="AcceptOutcome.Unavailable"/>.</summary>
    public static async Task<Posted> PostAsync(IShards shards, Tenant tenant, string number, CancellationToken cancellationToken, long notBeforeMs = 0)
    {
        Posted posted = new(tenant, number, notBeforeMs);
        Intake intake;
        while ((intake = shards.TryAccept(posted.Request)) == Intake.Full)
        {
            await shards.WaitForRoomAsync(posted.Request.Contact.Shard, cancellationToken);
        }

        if (intake != Intake.Queued)
        {
            posted.outcome.TrySetResult(AcceptOutcome.Unavailable);
        }

        return posted;
    }

    public void Completed(AcceptRequest request) => outcome.TrySetResult(request.Outcome);
}
