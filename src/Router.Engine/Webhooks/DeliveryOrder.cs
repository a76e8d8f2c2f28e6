using Router.Core.Addresses;

namespace Router.Engine.Webhooks;

/// <summary>Events with the same are told one after the other.</summary>
internal readonly record struct DeliveryOrder(ContactId Contact, uint Sender, int Subject);
