using System.Globalization;
using System.Text;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Accepting;
using Router.Engine.Shards;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <content>Clients: bodies go through the real decoder into a front door, and on to whoever owns the shard. Who was told "not kept" asks again under the same key.</content>
internal sealed partial class SimulationRun
{
    private const int KeysMax = 12;
    private static readonly string[] PurposeWords = ["otp", "transactional", "service", "marketing"];
    private static readonly string[] PriorityWords = ["high", "normal", "low"];
    private static readonly RequestMaker Maker = new(Addresses.Hash);
    private readonly byte[] scratch = new byte[MessageDecoder.ScratchBytes(4_096)];
    private readonly Dictionary<string, Wish> wishes = [];
    private readonly List<Posted> posts = [];
    private readonly List<Posted> again = [];

    /// <summary>The wish that a text belongs to; null: nobody's.</summary>
    public Wish? WishOf(string text) => wishes.GetValueOrDefault(text);

    /// <summary>A front door's client is answered, or a fallback's message goes on.</summary>
    public void OnAnswered(Posted one, AcceptRequest request)
    {
        if (!one.Door.IsAlive)
        {
            return;
        }

        if (request != one.Request)
        {
            // Its fallback is kept, or not: then neither is it.
            if (request.Outcome == AcceptOutcome.Accepted)
            {
                long keptAtMs = Ledger.Accepted[request.Id].AcceptedAtMs;
                Violation.Unless(keptAtMs >= one.PostedAtMs || ClockWasSet, $"{one.Wish.Text} was posted at {one.PostedAtMs} and rests on the fallback {request.Id} of an earlier try, accepted at {keptAtMs}");
                one.Request.FallbackId = request.Id;
                one.Request.Fallback = null;
                Enter(one, one.Request);
            }
            else
            {
                Answer(one, request.Outcome, default);
            }

            return;
        }

        Answer(one, request.Outcome, request.Id);
    }

    private void Answer(Posted one, AcceptOutcome outcome, MessageId id)
    {
        Coverage.Count(outcome switch
        {
            AcceptOutcome.Accepted when one.Wish.Key is not null && posts.Any(p => p != one && p.Id == id && p.IsAccepted) => "act: repeated",
            AcceptOutcome.Accepted => "act: accepted",
            AcceptOutcome.OtherBody => "act: other body",
            _ => "act: not kept",
        });
        one.Answer(outcome, id);
        if (outcome == AcceptOutcome.Unavailable && one.Wish.Key is not null && again.Count < 16)
        {
            again.Add(one);
        }
    }

    private bool Accept()
    {
        for (int i = 1 + Random.Next(Chance(0.1) ? 24 : 5); i > 0 && posts.Count < MessagesMin + 200; i--)
        {
            if (Running() is not { } door)
            {
                return false;
            }

            if (Chance(0.03))
            {
                PostMalformed(door);
            }
            else if (again.Count > 0 && Chance(0.3))
            {
                Coverage.Count("fault: a request was sent again");
                Posted before = again[Random.Next(again.Count)];
                again.Remove(before);
                Post(before.Wish, door);
            }
            else if (posts.Count > 0 && Chance(0.03) && posts[Random.Next(posts.Count)].Wish is { Key: not null } sent)
            {
                Coverage.Count("fault: a request was sent again");
                Post(sent, door);
            }
            else
            {
                Post(DrawWish(), door);
            }
        }

        return true;
    }

    private Wish DrawWish(int ofTenant = 0)
    {
        TenantPlan tenant = ofTenant > 0 ? Plan.Tenant(ofTenant) : Plan.Tenants[Random.Next(Plan.Tenants.Count)];
        string channel = Chance(0.8) ? "sms" : "whatsapp";
        string to = DrawNumber(tenant.Number, channel, Shards[Random.Next(Shards.Length)]);
        int number = wishes.Count;
        bool marketing = Chance(tenant.Quiet is null ? 0.2 : 0.5);
        var wish = new Wish
        {
            Tenant = tenant.Number, Channel = channel, To = to, Text = DrawText($"{tenant.Name} m{number} "),
            From = Random.Next(12) switch { < 4 => null, < 8 => tenant.AllSenders[0], < 11 => tenant.AllSenders[1], _ => "+390009" },
            Purpose = marketing ? "marketing" : PurposeWords[Random.Next(3)], Priority = PriorityWords[Random.Next(3)],
            ValiditySeconds = Chance(0.1) ? 1 + Random.Next(4) : 20 + Random.Next(60),
            ScheduleAtMs = Chance(0.08) ? ((Time.NowMs / 1_000) + Random.Next(4)) * 1_000 : 0,
            Region = Random.Next(20) switch { 0 => "eu", 1 => "us", 2 when Chance(0.3) => "mars", _ => null },
            Key = Chance(0.4) ? string.Create(CultureInfo.InvariantCulture, $"k{(Chance(0.3) ? Random.Next(KeysMax) : number + 100)}") : null,
        };
        if (Chance(0.05))
        {
            wish = wish with { ValiditySeconds = 1_000 + Random.Next(500) }; // one that can leave does, long before it expires
        }
        else if (Chance(0.12))
        {
            string second = Chance(0.5) ? "sms" : "whatsapp";
            string other = DrawNumber(tenant.Number, second, Shards[Random.Next(Shards.Length)]);
            if (other != to || second != channel)
            {
                wish = wish with
                {
                    AfterSeconds = Chance(0.3) ? 1 + Random.Next(5) : 0, Region = Chance(0.4) ? "mars" : wish.Region, // nobody is there: rejected at once, the fallback is woken while there is trouble
                    Fallback = wish with { Channel = second, To = other, From = null, Text = DrawText($"{tenant.Name} f{number} "), IsFallback = true, AfterSeconds = 0, Region = null },
                };
                wish = wish with { Fallback = wish.Fallback with { Region = wish.Region } };
                wishes.Add(wish.Fallback!.Text, wish.Fallback);
            }
        }

        wishes.Add(wish.Text, wish);
        return wish;
    }

    /// <summary>A message that comes through a topic: it has a key whatever its headers say.</summary>
    public Wish DrawStreamWish(string key, int tenant = 0)
    {
        Wish drawn = DrawWish(tenant) with { Key = key };
        if (drawn.Fallback is { } second)
        {
            drawn = drawn with { Fallback = second with { Key = key } };
            wishes[drawn.Fallback.Text] = drawn.Fallback;
        }

        return wishes[drawn.Text] = drawn;
    }

    private string DrawNumber(int tenant, string channel, int shard) => Addresses.NumberOf(tenant, channel, shard, Random.Next(people));

    private string DrawText(string name) => Chance(0.85) ? name : name.PadRight(100 + Random.Next(300), 'x');

    private void Post(Wish wish, SimulatedSilo door)
    {
        var one = new Posted(this, wish, door);
        posts.Add(one);
        Configuration configuration = door.Engine.Configuration;
        Tenant tenant = Authenticate(configuration, wish.Tenant);
        byte[] key = wish.Key is null ? [] : Encoding.ASCII.GetBytes(wish.Key);
        bool made = Maker.TryMake(wish.Body(), scratch, Time.NowMs, tenant, key, 0, one.Request, out BodyProblem problem);
        Violation.Unless(made, $"{wish} was refused: {problem.Code} {problem.Field}");
        one.Request.Trace = posts.Count % 3 == 0 ? new TraceContext(1, 2, 3) : default; // no draw: seeds that were told before stay what they were
        one.Request.Listener = one;
        if (one.Request.Fallback is { } fallback)
        {
            fallback.Listener = one;
            Enter(one, fallback);
        }
        else
        {
            Enter(one, one.Request);
        }
    }

    // Whose key it is, as the front door's silo knows it: nobody else's, and none that was revoked there.
    private Tenant Authenticate(Configuration configuration, int number)
    {
        TenantPlan known = silos.Select(static s => s.Plan!).First(p => p.Version == configuration.Version).Tenant(number);
        ApiKey? key = configuration.FindKey(Configurations.KeyHash(number, known.LastKey));
        Violation.Unless(key?.Tenant == number, $"the key of tenant {number} is that of tenant {key?.Tenant}");
        Violation.Unless(configuration.FindKey(Configurations.KeyHash(number, known.LastKey - 2)) is null, $"a revoked key of tenant {number} is good");
        return configuration.FindTenant(number)!;
    }

    // To the owner here, else by a call to the silo that has it.
    private void Enter(Posted one, AcceptRequest request)
    {
        SimulatedSilo door = one.Door;
        Intake intake = door.Engine.TryAccept(request);
        if (intake == Intake.NoOwner && OwnerOf(request.Contact.Shard, but: door) is { } owner)
        {
            Coverage.Count("act: by another silo");
            one.IsOwed = true;
            Network.Send(door, owner, one.Wish.Text, tell => EnterThere(owner, request, tell), kept =>
            {
                request.Outcome = kept ? request.Outcome : AcceptOutcome.Unavailable;
                one.Completed(request);
            });
            return;
        }

        one.IsOwed |= intake == Intake.Queued;
        if (intake != Intake.Queued)
        {
            Coverage.Count(intake switch { Intake.Full => "act: queue full", Intake.TenantFull => "act: tenant full", _ => "act: no owner" });
            if (one.IsOwed)
            {
                Answer(one, AcceptOutcome.Unavailable, default); // its fallback is kept, it is not
            }
            else if (one.Wish.Key is not null && again.Count < 16)
            {
                again.Add(one);
            }
        }
    }

    /// <summary>A call brings a request to the silo that owns its shard.</summary>
    public static void EnterThere(SimulatedSilo owner, AcceptRequest request, Action<bool> tell)
    {
        request.Listener = new Relay(request.Listener!, tell);
        if (owner.Engine.TryAccept(request) != Intake.Queued)
        {
            request.Listener.Completed(request);
            tell(false);
        }
    }

    private void PostMalformed(SimulatedSilo door)
    {
        Coverage.Count("fault: malformed body");
        byte[] body = DrawWish().Body();
        int at = Random.Next(body.Length);
        bool mustFail = true;
        switch (Random.Next(7))
        {
            case 0:
                body = body[..at]; // torn
                break;
            case 1:
                body = [.. body, (byte)'x'];
                break;
            case 2:
                body[at] = 0xFF; // no UTF-8
                break;
            case 3:
                body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace("\"purpose\"", "\"porpoise\"", StringComparison.Ordinal));
                break;
            case 4:
                body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace("{\"to\"", "{\"to\":\"sms:+393\",\"to\"", StringComparison.Ordinal));
                break;
            case 5:
                body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace(":+39", ":+", StringComparison.Ordinal).Replace("+333", "+", StringComparison.Ordinal));
                mustFail = false; // some are numbers elsewhere
                break;
            default:
                body[at] ^= (byte)(1 << Random.Next(8));
                mustFail = false; // some are other messages
                break;
        }

        bool made = Maker.TryMake(body, scratch, Time.NowMs, door.Engine.Configuration.FindTenant(1)!, [], 0, new AcceptRequest(), out BodyProblem problem);
        Violation.Unless(!made || !mustFail, $"a malformed body was taken: {Encoding.UTF8.GetString(body)}");
        Violation.Unless(made || problem.Code != default, $"a body was refused for no reason: {Encoding.UTF8.GetString(body)}");
    }

    /// <summary>Tells the caller on another silo, whose own listener waits for the answer of the call.</summary>
    private sealed class Relay(IAcceptListener caller, Action<bool> tell) : IAcceptListener
    {
        public void Completed(AcceptRequest request)
        {
            request.Listener = caller;
            tell(request.Outcome is AcceptOutcome.Accepted or AcceptOutcome.OtherBody);
        }
    }
}
