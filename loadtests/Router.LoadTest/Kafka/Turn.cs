namespace Router.LoadTest.Kafka;

/// <summary>What one side did in one turn, a record that it read.</summary>
/// <param name="PerSecond">Records a second, from the first that was written back to the last.</param>
/// <param name="CpuMicros">Its CPU, µs.</param>
/// <param name="BrokerMicros">The broker's CPU meanwhile, µs.</param>
/// <param name="Bytes">What it allocated.</param>
/// <param name="Written">Records that it wrote.</param>
internal sealed record Turn(double PerSecond, double CpuMicros, double BrokerMicros, double Bytes, double Written);
