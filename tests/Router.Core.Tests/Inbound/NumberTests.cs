using System.Text;
using Router.Core.Tenants;

namespace Router.Core.Tests.Inbound;

public sealed class NumberTests
{
    [Theory]
    [InlineData("+39000", "39000", true)]
    [InlineData("Acme", "ACME", true)]
    [InlineData("a@Example.com", "A@example.COM", true)]
    [InlineData("48500", "+48500", true)]
    [InlineData("48500", "48501", false)]
    [InlineData("+39A", "39A", false)]
    public void Two_spellings_of_an_own_number_are_one(string one, string other, bool same) =>
        Assert.Equal(same, OwnNumber.KeyOf(one) == OwnNumber.KeyOf(Encoding.UTF8.GetBytes(other)));

    [Fact]
    public void The_longest_word_names_the_tenant()
    {
        var owners = new NumberOwners(
        [
            Tenant(1, [], Rule("pizza", "48500", prefix: true)), Tenant(2, [], Rule("opt-pizza", "48500", prefix: true), Rule("pizza", "48501")), Tenant(3, ["+39000"]),
        ]);
        Assert.Equal(1, Find("48500", "pizza"));
        Assert.Equal(1, Find("+48500", "Pizza! now"));
        Assert.Equal(2, Find("48500", "opt pizza now please"));
        Assert.Equal(2, Find("48501", "pizza"));
        Assert.Null(Find("48501", "pizza now"));
        Assert.Null(Find("48500", "now pizza"));
        Assert.Null(Find("48500", ""));
        Assert.Null(Find("+39000", "pizza"));
        Assert.Equal(3, owners.Find("39000"u8)!.Value.Tenant.Number);
        Assert.Null(owners.Find("48500"u8));
        Assert.Equal([1, 2], owners.Sharing("48500"u8).Select(static t => t.Tenant.Number));

        int? Find(string number, string text) => owners.FindByWord(Encoding.UTF8.GetBytes(number), Encoding.UTF8.GetBytes(text))?.Tenant.Number;
    }

    [Fact]
    public void A_tenant_answers_from_a_shared_number_but_never_by_default()
    {
        Tenant tenant = Tenant(1, [], Rule("pizza", "48500"));
        Assert.Same(Sender.None, tenant.DefaultSender(Router.Core.Messages.Channel.Sms));
        Assert.NotNull(tenant.FindSender(Sender.TagOf("48500"u8)));
        Assert.True(tenant.OwnSenders.IsEmpty);
    }

    [Fact]
    public void Claims_are_told_by_field()
    {
        (string, TenantSettings)[] others = [("beta", new TenantSettings { Name = "B", Senders = ["+39001", "Beta"], Keywords = [Rule("pizza", "48500")] })];
        Assert.Null(Conflict(["+39002"]));
        Assert.Equal("senders[1]", Conflict(["+39002", "39001"]));
        Assert.Equal("senders[0]", Conflict(["BETA"]));
        Assert.Equal("senders[0]", Conflict(["48500"]));
        Assert.Equal("keywords[0].number", Conflict([], Rule("x", "39001")));
        Assert.Equal("keywords[1].word", Conflict([], Rule("taxi", "48500"), Rule("PIZZÀ", "48500")));
        Assert.Null(Conflict([], Rule("taxi", "48500"), new KeywordRule { Word = "pizza", Reply = "x" }));

        string? Conflict(string[] senders, params KeywordRule[] rules) =>
            TenantClaims.FindConflict(new TenantSettings { Name = "A", Senders = senders, Keywords = rules }, others)?.Field;
    }

    private static KeywordRule Rule(string word, string number, bool prefix = false) => new() { Word = word, Number = number, IsPrefix = prefix };

    private static Tenant Tenant(int number, string[] senders, params KeywordRule[] rules) =>
        new(number, "t" + number, new TenantSettings { Name = "T", Senders = senders, Keywords = rules });
}
