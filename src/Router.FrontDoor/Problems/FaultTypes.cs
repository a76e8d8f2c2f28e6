using System.Text;

namespace Router.FrontDoor.Problems;

/// <summary>What of an exception may stand in the log: the types from it down to its causes. Never a message, which may quote content (DESIGN §4.8). Cold.</summary>
internal static class FaultTypes
{
    // Deeper chains are cut: the outermost types say most.
    private const int TypesMax = 16;

    /// <summary><c>Outer &lt; Inner</c>; of several causes <c>Outer &lt; (One, Two)</c>.</summary>
    internal static string Of(Exception fault)
    {
        var text = new StringBuilder();
        int left = TypesMax;
        Write(text, fault, ref left);
        return text.ToString();
    }

    private static void Write(StringBuilder text, Exception fault, ref int left)
    {
        if (left-- <= 0)
        {
            text.Append('…');
            return;
        }

        text.Append(fault.GetType().FullName);
        if (fault is AggregateException { InnerExceptions.Count: > 1 } several)
        {
            string before = " < (";
            foreach (Exception inner in several.InnerExceptions)
            {
                text.Append(before);
                before = ", ";
                Write(text, inner, ref left);
                if (left < 0)
                {
                    break;
                }
            }

            text.Append(')');
        }
        else if (fault.InnerException is { } inner)
        {
            text.Append(" < ");
            Write(text, inner, ref left);
        }
    }
}
