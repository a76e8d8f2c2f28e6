using Router.Engine.Journal;
using Router.Testing;

namespace Router.Engine.Tests;

/// <summary>What the journal in memory does beyond the contract: steps by hand, faults, several journals over one store.</summary>
public sealed class MemoryJournalFaultsTests
{
    private readonly PlainSealer sealer = new();
    private readonly MemoryStore store = new();
    private readonly JournalClient client = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task By_hand_nothing_is_kept_or_told_before_the_commit()
    {
        MemoryJournal journal = Open(manual: true);
        ShardWriter one = await TakeAsync(journal, 1);
        ShardWriter two = await TakeAsync(journal, 2);
        await one.AcceptAsync(Some.Contact(1, 1));
        await two.AcceptAsync(Some.Contact(2, 1));
        Task<JournalPart> first = one.CommitAsync();
        Task<JournalPart> second = two.CommitAsync();
        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.Equal((0, 2), (store.MessageCount, journal.QueuedCount));

        Assert.True(journal.Commit());

        Assert.Equal((PartOutcome.Kept, PartOutcome.Kept), ((await first).Outcome, (await second).Outcome));
        Assert.Equal((2, 1L), (store.MessageCount, store.Commits));
        Assert.False(journal.Commit());
    }

    [Theory]
    [InlineData(PartOutcome.Refused, false, 0)]
    [InlineData(PartOutcome.Fenced, false, 0)]
    [InlineData(PartOutcome.Unknown, false, 0)]
    [InlineData(PartOutcome.Unknown, true, 1)]
    public async Task The_next_commit_has_the_fate_that_was_set_and_the_one_after_is_kept(PartOutcome outcome, bool stored, int messages)
    {
        MemoryJournal journal = Open();
        ShardWriter writer = await TakeAsync(journal, 1);
        journal.NextOutcome(outcome, stored);
        await writer.AcceptAsync(Some.Contact(1, 1), with: static m => m.WithKey(1));

        Assert.Equal(outcome, (await writer.CommitAsync()).Outcome);

        Assert.Equal(messages, store.MessageCount);
        Assert.Equal(messages, (await TakeAsync(journal, 1)).Taken.Unfinished.Count);
        writer = await TakeAsync(journal, 1);
        await writer.AcceptAsync(Some.Contact(1, 1), with: static m => m.WithKey(1));
        Assert.Equal(stored ? KeptAs.Repeat : KeptAs.New, (await writer.KeepAsync()).Accepted[0].Kept);
    }

    [Fact]
    public async Task Two_silos_over_one_store_fence_one_another()
    {
        MemoryJournal here = Open();
        MemoryJournal there = Open();
        ShardWriter old = await TakeAsync(here, 1);
        await old.AcceptAsync(Some.Contact(1, 1));
        await old.KeepAsync();
        ShardWriter young = await TakeAsync(there, 1);
        Assert.Single(young.Taken.Unfinished);
        await old.AcceptAsync(Some.Contact(1, 1));
        Task woken = here.Events.WaitAsync(here.Events.End, Stop);
        await young.AcceptAsync(Some.Contact(1, 2));

        Assert.Equal(PartOutcome.Fenced, (await old.CommitAsync()).Outcome);
        Assert.Equal(PartOutcome.Kept, (await young.CommitAsync()).Outcome);
        await woken;
        Assert.False((await here.RenewAsync([new ShardEpoch(1, old.Taken.Epoch)], Stop))[0]);
    }

    [Fact]
    public async Task A_part_held_up_before_its_commit_is_fenced_by_who_takes_the_shard_meanwhile()
    {
        MemoryJournal journal = Open();
        ShardWriter writer = await TakeAsync(journal, 1);
        journal.CommitGate.Close();
        await writer.AcceptAsync(Some.Contact(1, 1));
        Task<JournalPart> commit = writer.CommitAsync();
        await journal.CommitGate.Arrived;
        await TakeAsync(journal, 1);

        journal.CommitGate.Open();

        Assert.Equal(PartOutcome.Fenced, (await commit).Outcome);
    }

    [Fact]
    public async Task After_a_crash_what_was_written_is_there_and_nobody_is_told()
    {
        MemoryJournal journal = Open();
        ShardWriter writer = await TakeAsync(journal, 1);
        journal.AnswerGate.Close();
        await writer.AcceptAsync(Some.Contact(1, 1));
        Task<JournalPart> commit = writer.CommitAsync();
        await journal.AnswerGate.Arrived;

        journal.Crash();

        Assert.Single((await TakeAsync(Open(), 1)).Taken.Unfinished);
        Assert.False(commit.IsCompleted);
    }

    [Fact]
    public async Task Reads_can_be_made_to_wait_and_to_fail()
    {
        MemoryJournal journal = Open(manual: true);
        journal.ReadsContactsAtOnce = false;
        Task<StoredContact[]> read = client.ReadContactsAsync(journal, Some.Contact(1, 1));
        Assert.False(read.IsCompleted);
        Assert.True(journal.Step());
        Assert.False((await read)[0].Found);

        journal.FailReads(2);
        Task<StoredContact[]> failed = client.ReadContactsAsync(journal, Some.Contact(1, 1));
        Task<byte[]?[]> failedRecord = client.ReadRecordsAsync(journal, new StoredRecord { Id = Some.Id(1) });
        journal.Step();
        await Assert.ThrowsAsync<IOException>(() => failed);
        await Assert.ThrowsAsync<IOException>(() => failedRecord);
    }

    [Fact]
    public async Task An_owner_that_breaks_the_contract_is_told_so()
    {
        MemoryJournal journal = Open(manual: true);
        TakenShard taken = (await journal.TakeAsync([1], Stop))[0];
        JournalPart part = NewPart(taken, Some.Id(1, 5));
        Task<PartOutcome> told = client.AppendAsync(journal, part);
        Assert.Contains("under way", Assert.Throws<InvalidOperationException>(() => journal.Append(NewPart(taken, Some.Id(1, 6)))).Message, StringComparison.Ordinal);
        journal.Commit();
        Assert.Equal(PartOutcome.Kept, await told);

        Assert.Contains("not cleared", Throws(part), StringComparison.Ordinal);
        Assert.Contains("rise", Throws(NewPart(taken, Some.Id(1, 5))), StringComparison.Ordinal);
        Assert.Contains("another shard", Throws(NewPart(taken, Some.Id(2, 7))), StringComparison.Ordinal);
        Assert.Contains("before it", Throws(NewPart(taken, Some.Id(1, 8))), StringComparison.Ordinal);
        JournalPart unsealed = NewPart(taken, Some.Id(1, 9));
        unsealed.Sealed.Clear();
        Assert.Contains("outside", Throws(unsealed), StringComparison.Ordinal);

        string Throws(JournalPart wrong) => Assert.Throws<InvalidOperationException>(() => journal.Append(wrong)).Message;
    }

    [Fact]
    public async Task A_key_is_free_again_after_24_hours()
    {
        ShardWriter writer = await TakeAsync(Open(), 1);
        AcceptedMessage first = await writer.AcceptAsync(Some.Contact(1, 1), with: static m => m.WithKey(1));
        await writer.KeepAsync();
        writer.MoveTo(first.AcceptedAtMs + MemoryStore.IdempotencyMs);
        await writer.AcceptAsync(Some.Contact(1, 1), with: static m => m.WithKey(1));

        Assert.Equal(KeptAs.New, (await writer.KeepAsync()).Accepted[0].Kept);
    }

    [Fact]
    public async Task Forgotten_events_move_the_beginning_of_the_log()
    {
        ShardWriter writer = await TakeAsync(Open(), 1);
        await writer.AcceptAsync(Some.Contact(1, 1));
        await writer.KeepAsync();
        LogPosition end = store.Log.End;
        await writer.AcceptAsync(Some.Contact(1, 1));
        await writer.KeepAsync();

        store.Log.Forget(end);

        Assert.Equal(end, store.Log.Begin);
        Assert.Single(store.Log.ReadAll());
    }

    [Fact]
    public void The_sealer_opens_only_what_it_sealed()
    {
        byte[] record = Some.Record("secret");
        byte[] closed = new byte[record.Length + 16];
        byte[] opened = new byte[record.Length];
        uint slot = sealer.NewKeySlot();
        sealer.Seal(1, slot, Some.Id(1), record, closed);

        Assert.False(sealer.TryOpen(2, slot, Some.Id(1), closed, opened));
        Assert.False(sealer.TryOpen(1, slot + 1, Some.Id(1), closed, opened));
        Assert.False(sealer.TryOpen(1, slot, Some.Id(1, 1), closed, opened));
        Assert.True(sealer.TryOpen(1, slot, Some.Id(1), closed, opened));
        Assert.Equal(record, opened);
        sealer.Destroy(slot);
        Assert.False(sealer.TryOpen(1, slot, Some.Id(1), closed, opened));
        Assert.Equal((1L, 1L, 4L, 0L), (sealer.SealedCount, sealer.OpenedCount, sealer.RefusedCount, sealer.SealedTwiceCount));
    }

    [Fact]
    public void The_hash_without_keys_tells_tenants_apart_and_uncloaks_what_it_cloaked()
    {
        var hash = new PlainKeyedHash();
        Assert.NotEqual(hash.Contact(1, Core.Messages.Channel.Sms, "+39"u8), hash.Contact(2, Core.Messages.Channel.Sms, "+39"u8));
        Assert.NotEqual(hash.IdempotencyKey(1, "k"u8, 0), hash.IdempotencyKey(1, "k"u8, 1));
        Assert.NotEqual(hash.ReceiptKey(1, "k"u8), hash.ReceiptKey(2, "k"u8));
        var value = new UInt128(0x0123_4567_89AB_CDEF, 42);
        Assert.NotEqual(value, hash.Cloak(value));
        Assert.Equal(value, hash.Uncloak(hash.Cloak(value)));
    }

    private MemoryJournal Open(bool manual = false) => new(sealer, store, new MemoryJournalOptions { Manual = manual });

    private async Task<ShardWriter> TakeAsync(MemoryJournal journal, int shard) => new(journal, sealer, client, (await journal.TakeAsync([shard], Stop))[0]);

    private JournalPart NewPart(TakenShard taken, Core.Messages.MessageId id)
    {
        var part = new JournalPart(taken.Shard, client) { Epoch = taken.Epoch };
        part.Add(Some.Accepted(id), Some.Record(), sealer);
        return part;
    }
}
