using HostingDeploy.Deployments;
using Xunit;

namespace HostingDeploy.Tests.Deployments;

/// <summary>Where a deployment goes on: hooks and steps in one order.</summary>
public sealed class DeploymentStageTests
{
    private static readonly DeploymentStage[] s_inOrder =
    [
        new(DeployStepName.Bundle, HookMoment.After),
        new(DeployStepName.Migrate, HookMoment.Before),
        new(DeployStepName.Migrate, HookMoment.Before, 1),
        new(DeployStepName.Migrate),
        new(DeployStepName.Migrate, HookMoment.After),
        new(DeployStepName.Migrate, HookMoment.After, 1),
        new(DeployStepName.Assets, HookMoment.Before),
        new(DeployStepName.Assets),
    ];

    [Fact]
    public void StagesAreInTheOrderTheyAreTaken() => Assert.Equal(s_inOrder, s_inOrder.Reverse().Order());

    [Fact]
    public void EverythingFromAStageOnIsReached()
    {
        for (int from = 0; from < s_inOrder.Length; from++)
        {
            var order = new DeploymentOrder { From = s_inOrder[from] };
            Assert.Equal(s_inOrder[from..], s_inOrder.Where(order.Reaches));
        }

        Assert.All(s_inOrder, stage => Assert.True(new DeploymentOrder().Reaches(stage)));
    }

    [Fact]
    public void WhatComesNextIsNeverTheSameAgain()
    {
        foreach (DeploymentStage stage in s_inOrder)
        {
            var order = new DeploymentOrder { From = stage.Next };
            Assert.Equal(s_inOrder.SkipWhile(s => s != stage).Skip(1), s_inOrder.Where(order.Reaches));
        }
    }
}
