namespace LampModule;

/// <summary>A lamp in a room.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Colour">The colour of its light.</param>
public sealed record Lamp(string Name, Colour Colour);

/// <summary>The colour of a lamp's light.</summary>
public enum Colour
{
    /// <summary>Like daylight.</summary>
    White,

    /// <summary>Like a candle.</summary>
    Amber,
}
