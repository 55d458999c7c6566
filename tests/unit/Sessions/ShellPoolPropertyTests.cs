using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HostingDeploy.Sessions;
using Xunit;

namespace HostingDeploy.Tests.Sessions;

/// <summary>
/// The pool under any order of events: people who come, give up and bring back, shells that open, are refused, part slowly and
/// break, and the end of it all. What must hold is looked at after every one of them.
/// </summary>
public sealed class ShellPoolPropertyTests
{
    public enum Move
    {
        Come,
        ComeAgain,
        GiveUp,
        BringBack,
        BringBackParting,
        Part,
        Opens,
        Refused,
        OpenFails,
        BreakIdle,
        BreakRented,
        Lease,
        Close,
    }

    [Property(MaxTest = 3000, EndSize = 120)]
    public Property Holds_whatever_happens() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonNull<Move[]>>(), ArbMap.Default.ArbFor<int>(), (moves, seed) =>
        {
            using var play = new Play(seed, 1 + Math.Abs(seed % 4));
            return play.Run(moves.Get);
        });

    /// <summary>One play of it, on one thread.</summary>
    private sealed class Play : IDisposable
    {
        private readonly Random _random;
        private readonly int _most;
        private readonly ShellPool _pool;
        private readonly List<TaskCompletionSource<IShell>> _openings = [];
        private readonly List<FakeShell> _all = [];
        private readonly List<FakeShell> _rented = [];
        private readonly List<FakeShell> _parting = [];
        private readonly List<(Task<IShell> Rent, CancellationTokenSource GiveUp)> _waiting = [];
        private bool _isClosed;

        internal Play(int seed, int most)
        {
            _random = new Random(seed);
            _most = most;
            _pool = new ShellPool(
                _ =>
                {
                    var opening = new TaskCompletionSource<IShell>();
                    lock (_openings)
                    {
                        _openings.Add(opening);
                    }

                    return opening.Task;
                },
                most,
                TimeSpan.Zero);
        }

        public void Dispose() => _pool.Dispose();

        internal bool Run(Move[] moves)
        {
            foreach (Move move in moves)
            {
                Make(move);
                Settle();
                Check(move);
            }

            // Whatever came before, the end ends everybody.
            Make(Move.Close);
            Settle();
            Assert.Empty(_waiting);
            Assert.All(_all, shell => Assert.True(shell.IsDisposed, $"{shell} is left behind"));
            return true;
        }

        private void Make(Move move)
        {
            switch (move)
            {
                case Move.Come or Move.ComeAgain when !_isClosed:
                    var giveUp = new CancellationTokenSource();
                    _waiting.Add((_pool.RentAsync(giveUp.Token), giveUp));
                    break;
                case Move.GiveUp when Any(_waiting, out (Task<IShell> Rent, CancellationTokenSource GiveUp) waiter):
                    waiter.GiveUp.Cancel();
                    break;
                case Move.BringBack when Take(_rented, out FakeShell? back):
                    _pool.Return(back);
                    break;
                case Move.BringBackParting when Take(_rented, out FakeShell? slow):
                    slow.BeginParting();
                    _parting.Add(slow);
                    _pool.Return(slow);
                    break;
                case Move.Part when Take(_parting, out FakeShell? parted):
                    parted.EndParting();
                    break;
                case Move.Opens when TakeOpening() is { } opening:
                    var shell = new FakeShell(_all.Count);
                    _all.Add(shell);
                    opening.SetResult(shell);
                    break;
                case Move.Refused when TakeOpening() is { } refused:
                    refused.SetException(new ShellRefusedException(new IOException("refused")));
                    break;
                case Move.OpenFails when TakeOpening() is { } failing:
                    failing.SetException(new IOException("failed"));
                    break;
                case Move.BreakIdle when Any([.. _all.Except(_rented).Except(_parting)], out FakeShell? idle):
                    idle.Break();
                    break;
                case Move.BreakRented when Any(_rented, out FakeShell? busy):
                    busy.Break();
                    break;
                case Move.Lease when !_isClosed && Open().Count > 0:
                    Assert.Contains((FakeShell)_pool.AnyAsync(CancellationToken.None).GetAwaiter().GetResult(), Open());
                    break;
                case Move.Close:
                    _pool.Close(new ObjectDisposedException("pool"));
                    _isClosed = true;
                    while (TakeOpening() is { } late)
                    {
                        // It opens although nobody wants it any more.
                        var lateShell = new FakeShell(_all.Count);
                        _all.Add(lateShell);
                        late.SetResult(lateShell);
                    }

                    break;
                default:
                    break;
            }
        }

        /// <summary>What follows of it on other threads has happened.</summary>
        private void Settle()
        {
            int expected = -1;
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    // What is done on other threads takes a moment each: nothing has changed for as long as that.
                    int now = _waiting.Count(w => w.Rent.IsCompleted) + (100 * OpeningCount()) + (10_000 * _all.Count(s => s.IsDisposed)) + (1_000_000 * _pool.Shells.Count);
                    bool same = now == expected;
                    expected = now;
                    Thread.Sleep(0);
                    return same && IsSettled();
                },
                TimeSpan.FromSeconds(2)), Describe());
            int longest = _waiting.FindIndex(w => !w.Rent.IsCompleted);
            Assert.False(longest >= 0 && _waiting.Skip(longest).Any(w => w.Rent.IsCompletedSuccessfully), "somebody who came later was served first");
            for (int i = _waiting.Count - 1; i >= 0; i--)
            {
                Task<IShell> rent = _waiting[i].Rent;
                if (!rent.IsCompleted)
                {
                    continue;
                }

                _waiting.RemoveAt(i);
                if (rent.IsCompletedSuccessfully)
                {
                    var shell = (FakeShell)rent.Result;
                    Assert.False(_rented.Contains(shell), $"{shell} is rented twice");
                    Assert.False(_parting.Contains(shell), $"{shell} is rented while what was stopped in it is not gone");
                    _rented.Add(shell);
                }
                else if (rent.IsFaulted)
                {
                    _ = rent.Exception;
                }
            }
        }

        /// <summary>Nobody waits while a shell has nothing to do, or while another could be opened.</summary>
        private bool IsSettled()
        {
            int served = _waiting.Count(w => w.Rent.IsCompletedSuccessfully);
            int waiting = _waiting.Count(w => !w.Rent.IsCompleted);
            int idle = Open().Except(_rented).Except(_parting).Count() - served;
            bool areAllSeen = _all.All(s => s.IsDisposed == s.Ended.IsCompleted) && _pool.Shells.Count == (_isClosed ? 0 : Open().Count);

            // Somebody always works for those who wait.
            bool isWorkedOn = OpeningCount() > 0 || served > 0 || _rented.Concat(_parting).Any(s => !s.Ended.IsCompleted);
            return areAllSeen && _waiting.All(w => !w.GiveUp.IsCancellationRequested || w.Rent.IsCompleted) && (waiting == 0 || (idle == 0 && !_isClosed && isWorkedOn));
        }

        private void Check(Move move) => Assert.True(OpeningCount() + Open().Count <= _most, $"more than {_most} after {move}");

        private List<FakeShell> Open() => [.. _all.Where(s => !s.Ended.IsCompleted)];

        private int OpeningCount()
        {
            lock (_openings)
            {
                return _openings.Count;
            }
        }

        private TaskCompletionSource<IShell>? TakeOpening()
        {
            lock (_openings)
            {
                return Take(_openings, out TaskCompletionSource<IShell>? opening) ? opening : null;
            }
        }

        private bool Take<T>(List<T> list, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? one)
            where T : class
        {
            bool any = Any(list, out one);
            if (any)
            {
                list.Remove(one!);
            }

            return any;
        }

        private bool Any<T>(List<T> list, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? one)
        {
            one = list.Count == 0 ? default : list[_random.Next(list.Count)];
            return list.Count > 0;
        }

        private string Describe() => $"{_waiting.Count} wait, {OpeningCount()} open, {_rented.Count} rented, {_parting.Count} part, {Open().Count} of {_all.Count} live";
    }
}
