using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Router.FrontDoor.Json;

namespace Router.FrontDoor.Problems;

/// <summary>Writes a <see cref="Problem"/> as the answer: <c>application/problem+json</c>.</summary>
internal static class ProblemResponse
{
    internal static Task WriteAsync(HttpContext context, Problem problem)
    {
        HttpResponse response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = "application/problem+json";
        if (problem.RetryAfterSeconds > 0)
        {
            response.Headers.RetryAfter = problem.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }

        if (problem.Status == 401)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        using (var json = new Utf8JsonWriter(response.BodyWriter, JsonText.Writing))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "about:blank"u8);
            json.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(problem.Status));
            WriteMembers(json, problem);
            if (problem.RequestId is not null)
            {
                json.WriteString("requestId"u8, problem.RequestId);
            }

            json.WriteEndObject();
        }

        return response.BodyWriter.FlushAsync(context.RequestAborted).AsTask();
    }

    /// <summary>The members that a line's problem has too.</summary>
    internal static void WriteMembers(Utf8JsonWriter json, Problem problem)
    {
        json.WriteNumber("status"u8, problem.Status);
        json.WriteString("code"u8, problem.Code);
        json.WriteString("detail"u8, problem.Detail);
        if (problem.Field is not null)
        {
            json.WriteString("field"u8, problem.Field);
        }

        if (problem.MessageStatus is not null)
        {
            json.WriteString("messageStatus"u8, problem.MessageStatus);
        }
    }
}
