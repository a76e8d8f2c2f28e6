using System.Collections.Concurrent;
using Router.Core.Tenants;

namespace Router.Engine.Credit;

/// <summary>
/// What each tenant of this silo has left (R3.5), in millionths: its <see cref="CreditLine"/> less what is committed, which is spent or reserved by messages that may still leave. Exact over all shards:
/// one short lock a tenant, taken only for messages that have a price.
/// </summary>
/// <remarks>
/// A stock (DESIGN §3): it begins with what the journal says was spent, and each shard reserves anew for what is unfinished as it takes it up. Any thread.
/// </remarks>
/// <param name="low">Told when a balance falls below <see cref="CreditLine.LowAt"/>, once until it is set or topped up; outside any lock.</param>
public sealed class CreditPool(Action<int> low)
{
    private readonly ConcurrentDictionary<int, Account> accounts = new();

    /// <summary>Reserves <paramref name="amount"/>; false: the balance is less. A tenant without a line is not charged: what it commits is counted all the same, for the day it has one.</summary>
    public bool TryReserve(int tenant, long amount)
    {
        Account account = Of(tenant);
        bool tells;
        lock (account.Gate)
        {
            if (account.Line is { } line && line.Total - account.Committed < amount)
            {
                return false;
            }

            account.Committed += amount;
            tells = account.FallsLowLocked();
        }

        if (tells)
        {
            low(tenant);
        }

        return true;
    }

    /// <summary>Counts what was spent before, or under an ownership that was lost.</summary>
    public void AddSpent(int tenant, long amount)
    {
        Account account = Of(tenant);
        lock (account.Gate)
        {
            account.Committed += amount;
        }
    }

    /// <summary>Gives back what was reserved and will not be spent.</summary>
    public void GiveBack(int tenant, long amount)
    {
        Account account = Of(tenant);
        lock (account.Gate)
        {
            account.Committed -= amount;
        }
    }

    /// <summary>Spent and reserved since the tenant's beginning.</summary>
    public long CommittedOf(int tenant)
    {
        Account account = Of(tenant);
        lock (account.Gate)
        {
            return account.Committed;
        }
    }

    /// <summary>Replaces a tenant's line; null: it is not charged.</summary>
    public void SetLine(int tenant, CreditLine? line)
    {
        if (line is null && !accounts.ContainsKey(tenant))
        {
            return;
        }

        Account account = Of(tenant);
        bool tells;
        lock (account.Gate)
        {
            if (account.Line != line)
            {
                account.Line = line;
                account.ToldLow = false;
            }

            tells = account.FallsLowLocked();
        }

        if (tells)
        {
            low(tenant);
        }
    }

    /// <summary>What is left, millionths; null: the tenant is not charged.</summary>
    public long? BalanceOf(int tenant)
    {
        Account account = Of(tenant);
        lock (account.Gate)
        {
            return account.Line is { } line ? line.Total - account.Committed : null;
        }
    }

    private Account Of(int tenant) => accounts.GetOrAdd(tenant, static _ => new Account());

    private sealed class Account
    {
        public readonly Lock Gate = new();
        public CreditLine? Line;
        public long Committed;
        public bool ToldLow;

        public bool FallsLowLocked()
        {
            bool falls = !ToldLow && Line is { } line && line.Total - Committed < line.LowAt;
            ToldLow |= falls;
            return falls;
        }
    }
}
