namespace Router.Bench.Sealing;

/// <summary>What sealing costs a contact whose cipher is not live: the budget is for the cipher made anew, of which 92 in 100 of 100,000 contacts in random order need one.</summary>
public sealed class SealAnyContactGate : IGate
{
    private readonly SealingBenchmark _benchmark = new();

    public string Name => "seal: any of 100,000 contacts";

    public double BudgetBytes => 128;

    public void SetUp() => _benchmark.SetUp();

    public void Run() => _benchmark.SealAnyContact();

    public void CleanUp() => _benchmark.CleanUp();
}
