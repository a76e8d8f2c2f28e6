namespace Router.LoadTest.Kafka;

/// <summary>Whom a stream of records brings them to.</summary>
public interface IRecordGrain : IGrainWithIntegerKey;
