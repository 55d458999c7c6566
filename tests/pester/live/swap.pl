#!/usr/bin/perl
# Exchanges paths with links to traps in a tight loop until it is ended: swap.pl TRAP PATTERN... For each path that matches, and
# whose folder whoever runs it may write, a link lies beside it, and the two change places; where there is nothing, the link
# comes and goes.
use strict;
use warnings;
use POSIX qw(uname);
use Time::HiRes qw(time);

my ($trap, @patterns) = @ARGV;
my $renameat2 = (uname)[4] eq 'aarch64' ? 276 : 316;
my (%pairs, @absent);
my $looked = 0;
my $round = 0;
while (1) {
  if (time - $looked > 0.1) {
    $looked = time;
    @absent = ();
    for my $pattern (@patterns) {
      my ($parents, $leaf) = $pattern =~ m{^(.*)/([^/]*)$};
      # What is not there yet can be named in a folder that is.
      my @paths = $leaf =~ /[*?\[]/ ? glob $pattern : map { "$_/$leaf" } glob $parents;
      for my $path (@paths) {
        next if $path =~ m{/\.swap-};
        my ($folder, $name) = $path =~ m{^(.*)/([^/]*)$};
        next unless -w $folder;
        my $link = "$folder/.swap-$name";
        if (!lstat $path) { push @absent, $path; next }
        next if $pairs{$path} && lstat $link;
        # On the sandbox's disk, of layers, a folder of a lower one does not change places.
        system('cp', '-a', $path, "$path.copy") == 0 && system('rm', '-rf', $path) == 0 && system('mv', '-T', "$path.copy", $path) if -d $path && !-l $path;
        symlink -d $path ? "/root/trap/folder/$trap" : "/root/trap/file/$trap", $link;
        $pairs{$path} = $link;
      }
    }
  }
  syscall($renameat2, -100, my $path = $_, -100, my $link = $pairs{$_}, 2) for keys %pairs;
  # With something to find, root does its work; without, it might go through the link.
  if (++$round % 2) { symlink "/root/trap/folder/$trap", $_ for @absent }
  else { -l && unlink for @absent }
}
