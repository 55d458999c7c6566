#!/usr/bin/perl
# Plants things in the place of others, as whoever runs it may: plant.pl KIND <PATHS. What was planted is printed, a line each.
#   link      to a trap of the same kind     missing  a link to what root would have to make
#   endless   in turn, a FIFO, which blocks whoever opens it, and a link to a device without end
#   other     in turn, a folder for a file or a file for a folder, and another name of the same file
use strict;
use warnings;
use POSIX qw(mkfifo);

# What may not be moved is no news.
open STDERR, '>', '/dev/null';
my $kind = $ARGV[0];
my $turn = 0;
while (my $path = <STDIN>) {
  chomp $path;
  next if $path eq "";
  my $name = $path =~ s{^/var/www/cigar/}{}r =~ s{/}{+}gr;
  my $is_folder = -d $path || (!lstat($path) && $path =~ /(unfinished|gone|public|assets|bundle|tmp|log|storage|home|build)$/);
  # Not by rename: on the sandbox's disk, of layers, a folder of a lower one moves only as mv does it.
  if (lstat $path) { system('mv', '-T', $path, "$path.aside") == 0 or next }
  $turn++;
  my $planted =
      $kind eq 'link' ? symlink($is_folder ? "/root/trap/folder/$name" : "/root/trap/file/$name", $path)
    : $kind eq 'missing' ? symlink("/root/trap/new/$name", $path)
    : $kind eq 'endless' ? ($turn % 2 ? mkfifo($path, 0666) : symlink('/dev/zero', $path))
    : $turn % 2 || $is_folder ? ($is_folder ? open(my $file, '>', $path) : mkdir($path))
    : link("$path.aside", $path);
  print "$path\n" if $planted;
}
