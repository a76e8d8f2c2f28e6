namespace Router.FrontDoor.Webhooks;

/// <summary>A host's name leads into private networks alone.</summary>
internal sealed class PrivateNetworkException() : IOException("every address of the host lies in a private network");
