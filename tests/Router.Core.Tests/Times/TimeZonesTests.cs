using System.Security.Cryptography;
using System.Text;
using Router.Core.Times;

namespace Router.Core.Tests.Times;

public sealed class TimeZonesTests
{
    [Fact]
    public void Each_name_has_its_number_and_each_number_its_name()
    {
        Assert.InRange(TimeZones.Count, 400, TimeZones.NumberMax);
        for (int number = 1; number <= TimeZones.Count; number++)
        {
            Assert.Equal(number, TimeZones.NumberOf(TimeZones.NameOf(number)!));
            Assert.NotNull(TimeZones.Find(number));
        }

        Assert.Equal(TimeZones.Utc, TimeZones.NumberOf("UTC"));
        Assert.All([0, -1, TimeZones.Count + 1, 1023], static n => Assert.Null(TimeZones.NameOf(n)));
        Assert.All([0, -1, TimeZones.Count + 1, 1023], static n => Assert.Null(TimeZones.Find(n)));
        Assert.All(["", "Europe", "europe/rome", "Mars/Olympus", "CET", "Local"], static n => Assert.Equal(0, TimeZones.NumberOf(n)));
    }

    /// <summary>Numbers are stored with contacts: a line that moved would give people another's nights. New names go to the end; then these values change.</summary>
    [Fact]
    public void The_list_of_names_is_only_ever_added_to()
    {
        string first = string.Join('\n', Enumerable.Range(1, 554).Select(TimeZones.NameOf));
        Assert.Equal("365B69449A0E78DF", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(first)))[..16]);
    }
}
