using System.Text;
using Router.Core.Messages;

namespace Router.Core.Tests.Messages;

/// <summary>
/// 700,000 bodies: no exception, no byte read or written outside, the verdict of the reference. Over-reads show as a verdict that changes with what lies around the body.
/// </summary>
public sealed class BodyFuzzTests
{
    private const int Inputs = 700_000;
    private const int Guard = 64;
    private const int BodyMax = 2_048;

    private readonly byte[] _input = new byte[Guard + BodyMax + Guard];
    private readonly byte[] _scratch = new byte[Guard + BodyMax + 512 + Guard];

    [Fact]
    public void Any_bytes_get_the_verdict_of_the_reference_and_nothing_outside_is_touched()
    {
        Random random = FuzzSeed.Start("bodies", out int seed);
        var mutator = new BodyMutator(random);
        byte[] body = new byte[BodyMax];
        Dictionary<BodyProblemCode, int> codes = [];
        for (int n = 0; n < Inputs; n++)
        {
            int length = mutator.Next(body);
            ReadOnlySpan<byte> bytes = body.AsSpan(0, length);
            try
            {
                BodyProblem problem = Decode(bytes, (byte)'"', out string? message);
                BodyProblem again = Decode(bytes, (byte)'}', out string? messageAgain);
                Assert.Equal((problem.Code, problem.Field, problem.Phrase, message), (again.Code, again.Field, again.Phrase, messageAgain));

                // Where both say "not JSON" an exception is thrown and caught: a sample of those is enough.
                if (problem.Code != BodyProblemCode.MalformedJson || n % 8 == 0)
                {
                    Assert.Equal(ReferenceDecoder.Decode(bytes.ToArray(), Decoded.NowMs), message);
                }

                codes[problem.Code] = codes.GetValueOrDefault(problem.Code) + 1;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, input {n}: {Convert.ToHexString(bytes)}", e);
            }
        }

        // The inputs reach every verdict but one (no body here is over 64 KiB), each of them often.
        foreach (BodyProblemCode code in Enum.GetValues<BodyProblemCode>().Where(static c => c is not (BodyProblemCode.TooLarge or BodyProblemCode.UnknownTemplate or BodyProblemCode.MissingParameter)))
        {
            Assert.True(codes.GetValueOrDefault(code) > 1_000, $"seed {seed}: only {codes.GetValueOrDefault(code)} of {code}");
        }
    }

    private BodyProblem Decode(ReadOnlySpan<byte> bytes, byte guard, out string? message)
    {
        int scratchLength = MessageDecoder.ScratchBytes(bytes.Length);
        _input.AsSpan(0, Guard).Fill(guard);
        bytes.CopyTo(_input.AsSpan(Guard));
        _input.AsSpan(Guard + bytes.Length, Guard).Fill(guard);
        _scratch.AsSpan(0, Guard).Fill(guard);
        _scratch.AsSpan(Guard + scratchLength, Guard).Fill(guard);

        message = null;
        if (MessageDecoder.TryDecode(_input.AsSpan(Guard, bytes.Length), _scratch.AsSpan(Guard, scratchLength), Decoded.NowMs, out MessageBody body, out MessageBody fallback, out BodyProblem problem))
        {
            message = Describe(body) + (body.HasFallback ? $"\u0002{body.FallbackAfterSeconds}\u0002{Describe(fallback)}" : "");
        }
        else
        {
            // The sentence is made of the same bytes: it must not fail either.
            Assert.NotEmpty(problem.DetailFor(bytes));
            _ = problem.PathIn(bytes);
        }

        if (_scratch.AsSpan(0, Guard).ContainsAnyExcept(guard) || _scratch.AsSpan(Guard + scratchLength, Guard).ContainsAnyExcept(guard))
        {
            Assert.Fail("wrote outside the scratch");
        }

        return problem;
    }

    private static string Describe(scoped in MessageBody body) => ReferenceDecoder.Describe(
        body.Channel, Text(body.To), Text(body.From), WireNames.Of(body.Purpose), WireNames.Of(body.Priority), Text(body.Text), body.ValiditySeconds, body.NotBeforeMs,
        Text(body.Reference), Text(body.Metadata), body.Segments, body.Region, Text(body.Content), Decoded.Special(body));

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
