using Router.Core.Messages;

namespace Router.Core.Consent;

/// <summary>Consent of a contact for one purpose (R2.5).</summary>
public enum ConsentState : byte
{
    /// <summary>Nothing known.</summary>
    Unknown = 0,

    /// <summary>Granted.</summary>
    Granted = 1,

    /// <summary>Withdrawn.</summary>
    Withdrawn = 2,
}

/// <summary>
/// What decides about a contact, packed in one word (R2.5, DESIGN §2). Bits 0–7: consent, two bits a purpose; 8 blocked; 9 restricted;
/// 10 minor; 11 suppressed; 12–17: recording, profiling and AI, two bits each, as <see cref="ConsentState"/>; 18–27: the time zone; 28 blocked by the person's own STOP. Stored; the bits never move.
/// </summary>
/// <remarks>Hot path. <c>DecideBenchmark</c>, 0 B.</remarks>
public readonly record struct ContactFlags(uint Bits)
{
    private const int BlockedBit = 8;
    private const int RestrictedBit = 9;
    private const int MinorBit = 10;
    private const int SuppressedBit = 11;
    private const int RecordingShift = 12;
    private const int ProfilingShift = 14;
    private const int AiShift = 16;
    private const int TimeZoneShift = 18;
    private const uint TimeZoneMask = (uint)Times.TimeZones.NumberMax << TimeZoneShift;
    private const int StoppedBit = 28;

    /// <summary>A total block (R2.1), the tenant's or the person's own: nothing leaves.</summary>
    public bool Blocked => (Bits & ((1u << BlockedBit) | (1u << StoppedBit))) != 0;

    /// <summary>Blocked by the person's own STOP, which START lifts; a block that the tenant set stays the tenant's to lift.</summary>
    public bool Stopped => Bit(StoppedBit);

    /// <summary>Processing restricted (R4.1).</summary>
    public bool Restricted => Bit(RestrictedBit);

    /// <summary>A known minor without authorised consent (R2.8).</summary>
    public bool Minor => Bit(MinorBit);

    /// <summary>On a suppression list (R2.4).</summary>
    public bool Suppressed => Bit(SuppressedBit);

    /// <summary>Recording consent.</summary>
    public ConsentState Recording => State(RecordingShift);

    /// <summary>Profiling: <see cref="ConsentState.Withdrawn"/> is an objection.</summary>
    public ConsentState Profiling => State(ProfilingShift);

    /// <summary>AI processing.</summary>
    public ConsentState Ai => State(AiShift);

    /// <summary>The contact's own time zone (<see cref="Times.TimeZones"/>); 0: none was set.</summary>
    public int TimeZone => (int)((Bits & TimeZoneMask) >> TimeZoneShift);

    /// <summary>Consent for <paramref name="purpose"/>.</summary>
    public ConsentState For(Purpose purpose) => State((int)purpose * 2);

    /// <summary>The word with another consent for <paramref name="purpose"/>.</summary>
    public ContactFlags With(Purpose purpose, ConsentState state) => WithState((int)purpose * 2, state);

    /// <summary>The word with the tenant's block; without it, the person's own is lifted too.</summary>
    public ContactFlags WithBlocked(bool value) => value ? WithBit(BlockedBit, true) : WithBit(BlockedBit, false).WithStopped(false);

    /// <summary>The word with another block by the person's own STOP.</summary>
    public ContactFlags WithStopped(bool value) => WithBit(StoppedBit, value);

    /// <summary>The word with another restriction.</summary>
    public ContactFlags WithRestricted(bool value) => WithBit(RestrictedBit, value);

    /// <summary>The word with another minor flag.</summary>
    public ContactFlags WithMinor(bool value) => WithBit(MinorBit, value);

    /// <summary>The word with another suppression.</summary>
    public ContactFlags WithSuppressed(bool value) => WithBit(SuppressedBit, value);

    /// <summary>The word with another recording consent.</summary>
    public ContactFlags WithRecording(ConsentState state) => WithState(RecordingShift, state);

    /// <summary>The word with another profiling state.</summary>
    public ContactFlags WithProfiling(ConsentState state) => WithState(ProfilingShift, state);

    /// <summary>The word with another AI state.</summary>
    public ContactFlags WithAi(ConsentState state) => WithState(AiShift, state);

    /// <summary>The word with another time zone, 0 to 1,023 (<see cref="Times.TimeZones"/>); 0: none.</summary>
    public ContactFlags WithTimeZone(int number) => new((Bits & ~TimeZoneMask) | (((uint)number << TimeZoneShift) & TimeZoneMask));

    private bool Bit(int at) => ((Bits >> at) & 1) != 0;

    private ConsentState State(int shift) => (ConsentState)((Bits >> shift) & 3);

    private ContactFlags WithBit(int at, bool value) => new(value ? Bits | (1u << at) : Bits & ~(1u << at));

    private ContactFlags WithState(int shift, ConsentState state) => new((Bits & ~(3u << shift)) | ((uint)state << shift));
}
