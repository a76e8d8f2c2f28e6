namespace Router.Engine.Webhooks;

/// <summary>Whether a webhook is delivered to.</summary>
public enum DeliveryState : byte
{
    /// <summary>It is.</summary>
    Going,

    /// <summary>Nothing but failure for three days: disabled.</summary>
    Failed,

    /// <summary>The receiver said that it is gone (410): disabled.</summary>
    Gone,
}
