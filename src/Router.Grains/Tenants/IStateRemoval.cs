namespace Router.Grains.Tenants;

/// <summary>Port: the grain storage's way to remove states of many grains at once, which need not be awake. A grain that is awake all the same finds that its state was changed.</summary>
public interface IStateRemoval
{
    /// <summary>Removes the states <paramref name="stateName"/> of all grains whose id begins with <paramref name="beginning"/>, in bounded steps; ended when that is on stable storage. Cold.</summary>
    Task RemoveAsync(string stateName, GrainId beginning);
}
