using HostingDeploy.Commands;
using Xunit;

namespace HostingDeploy.Tests.Commands;

/// <summary>The door to the pipeline's thread, while it is being closed.</summary>
public sealed class PipelineTests
{
    [Fact]
    public void Last_words_at_its_end_are_no_error()
    {
        for (int i = 0; i < 3000; i++)
        {
            var pipeline = new Pipeline(CancellationToken.None);
            using var begin = new Barrier(3);
            Thread[] threads =
            [
                new(() => Do(() => pipeline.Verbose("last words"))),
                new(() => Do(pipeline.Complete)),
                new(() => Do(pipeline.Dispose)),
            ];
            Exception? failure = null;
            Array.ForEach(threads, t => t.Start());
            Array.ForEach(threads, t => t.Join());
            Assert.Null(failure);

            void Do(Action action)
            {
                begin.SignalAndWait();
                try
                {
                    action();
                }
                catch (Exception e)
                {
                    failure = e;
                }
            }
        }
    }
}
