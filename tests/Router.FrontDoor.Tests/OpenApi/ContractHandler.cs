namespace Router.FrontDoor.Tests.OpenApi;

/// <summary>Holds every answer that a test gets to the description: whatever a test is about, an answer that the description does not know fails it.</summary>
internal sealed class ContractHandler() : DelegatingHandler(new SocketsHttpHandler { UseCookies = false })
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        ApiOperation? operation = ApiDescription.Find(request.Method.Method, request.RequestUri!.AbsolutePath);
        string? type = response.Content.Headers.ContentType?.MediaType;
        if (operation is not null && type is null or "application/json" or "application/problem+json")
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            string body = await response.Content.ReadAsStringAsync(cancellationToken);
            string? fault = operation is null ? null : ApiDescription.Fault(operation, (int)response.StatusCode, type, body);
            Assert.True(fault is null, $"{operation}: {fault}");
        }

        return response;
    }
}
