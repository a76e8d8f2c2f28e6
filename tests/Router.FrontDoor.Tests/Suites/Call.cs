using System.Net.Http.Headers;
using System.Text;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests.Suites;

/// <summary>An answer with all that a caller sees of it.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Type">Content type.</param>
/// <param name="Text">The body, of a stream its beginning.</param>
/// <param name="Headers">All headers, as lines.</param>
internal sealed record Call(int Status, string? Type, string Text, string Headers)
{
    /// <summary>The answer as the assertions of problems want it.</summary>
    public Answer Answer => new((System.Net.HttpStatusCode)Status, Type, Text, []);

    /// <summary>Sends with any text as the bearer's token, or none.</summary>
    public static async Task<Call> SendAsync(TestDoor door, string method, string path, string? token, byte[]? body = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (body is not null)
        {
            // A large body is refused by its length alone; a client that is still sending it then may miss the answer.
            request.Headers.ExpectContinue = body.Length > 4096;
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using HttpResponseMessage response = await door.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        string? media = response.Content.Headers.ContentType?.MediaType;
        string text = media == "text/event-stream" ? await BeginningAsync(response) : await response.Content.ReadAsStringAsync();
        return new Call((int)response.StatusCode, media, text, response.Headers.ToString() + response.Content.Headers);
    }

    /// <summary>Sends a sample.</summary>
    public static Task<Call> SendAsync(TestDoor door, string endpoint, Sample sample, World world, string? token) =>
        SendAsync(door, MethodOf(endpoint), sample.Path(world), token, sample.Body is { } body ? Encoding.UTF8.GetBytes(body(world)) : null);

    public static string MethodOf(string endpoint) => endpoint[..endpoint.IndexOf(' ', StringComparison.Ordinal)];

    private static async Task<string> BeginningAsync(HttpResponseMessage response)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync();
        byte[] some = new byte[4096];
        return Encoding.UTF8.GetString(some, 0, await stream.ReadAsync(some));
    }
}
