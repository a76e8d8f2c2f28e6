using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>Notices: events that no message makes. They take the way of every other entry, so that they are kept before anybody is told.</content>
internal sealed partial class Shard
{
    /// <summary>A notice to a tenant.</summary>
    public void OnNotice(NoticeTask task)
    {
        ref Step step = ref pending.Add();
        step.Kind = StepKind.Notice;
        step.Target = task;
    }

    private static void WriteNotice(NoticeTask task, ref JournalEntry entry)
    {
        entry.Kind = EntryKind.Notice;
        entry.Notice = task.Kind;
        entry.Tenant = task.Tenant;
        entry.Provider = task.Subject;
    }
}
