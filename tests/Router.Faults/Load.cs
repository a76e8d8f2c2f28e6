using System.Net;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>Messages with texts of their own, posted as lines or singly, and what was answered to each.</summary>
/// <param name="client">Whose messages they are.</param>
/// <param name="recipients">They take turns: more than one message for each, so that conversations meet faults too.</param>
internal sealed class Load(HttpClient client, int recipients = 500)
{
    private readonly Lock gate = new();
    private int sent;

    /// <summary>Text by id of all that were acknowledged.</summary>
    public Dictionary<string, string> Accepted { get; } = [];

    /// <summary>Codes of what was refused.</summary>
    public List<string> Refused { get; } = [];

    /// <summary>The next message, as a body or a line.</summary>
    public string Next(out string text)
    {
        int number = sent++;
        text = $"message {number}";
        return $$$"""{"to":"sms:+39333{{{number % recipients:D7}}}","purpose":"service","content":{"type":"text","text":"{{{text}}}"} }""";
    }

    /// <summary>One request of so many lines.</summary>
    public async Task PostLinesAsync(int lines)
    {
        var texts = new List<string>();
        var bodies = new List<string>();
        for (int i = 0; i < lines; i++)
        {
            bodies.Add(Next(out string text));
            texts.Add(text);
        }

        foreach (JsonElement answer in await Api.PostLinesAsync(client, bodies))
        {
            lock (gate)
            {
                if (answer.TryGetProperty("id", out JsonElement id))
                {
                    Accepted.Add(id.GetString()!, texts[answer.GetProperty("line").GetInt32() - 1]);
                }
                else if (answer.TryGetProperty("problem", out JsonElement problem))
                {
                    Refused.Add(problem.GetProperty("code").GetString()!);
                }
            }
        }
    }

    /// <summary>One message alone: the answer's status.</summary>
    public async Task<HttpStatusCode> PostOneAsync()
    {
        string body = Next(out string text);
        using HttpResponseMessage answer = await client.PostAsync("/v1/messages", Api.Json(body));
        JsonElement said = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
        lock (gate)
        {
            if (answer.IsSuccessStatusCode)
            {
                Accepted.Add(said.GetProperty("id").GetString()!, text);
            }
            else
            {
                Refused.Add(said.GetProperty("code").GetString()!);
            }
        }

        return answer.StatusCode;
    }

    /// <summary>Waits until all that was acknowledged is delivered.</summary>
    /// <param name="every">Where there are too many to ask for each: one in so many.</param>
    public async Task AllDeliveredAsync(int every = 1)
    {
        string[] asked = [.. Accepted.Keys.Where((_, i) => i % every == 0)];
        Dictionary<string, int> ended = await Api.WaitForEndAsync(client, asked, TimeSpan.FromMinutes(3));
        Assert.Equal(["delivered"], ended.Keys);
    }
}
