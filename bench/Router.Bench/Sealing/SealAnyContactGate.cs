namespace Router.Bench.Sealing;

/// <summary>What sealing costs a contact whose cipher is not live, as are 92 in 100 of 100,000 contacts in random order: the budget is for those that are met again so soon that theirs begins to live.</summary>
public sealed class SealAnyContactGate : IGate
{
    private readonly SealingBenchmark _benchmark = new();

    public string Name => "seal: any of 100,000 contacts";

    public double BudgetBytes => 2;

    public void SetUp() => _benchmark.SetUp();

    public void Run() => _benchmark.SealAnyContact();

    public void CleanUp() => _benchmark.CleanUp();
}
