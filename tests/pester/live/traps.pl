#!/usr/bin/perl
# Traps of the hostile tests: files and folders in /root/trap, where root alone gets to, one of each kind for every name. Links
# that an attacker plants lead there, so whatever has happened to a trap was done by root on the attacker's way.
#   traps.pl arm <NAMES     makes them
#   traps.pl sprung         a line for each that was read, written, given away, made or taken away since it was last asked
use strict;
use warnings;
use Digest::MD5 qw(md5_hex);
use File::Path qw(make_path remove_tree);

my $root = '/root/trap';
my $manifest = '/root/trap.manifest';
# What a step might look for behind a link that leads to a folder.
my @inside = qw(Gemfile Gemfile.lock config.ru REVISION HEAD config public/index.html public/assets/.sprockets-manifest-0.json
  db/migrate/20200101000000_trap.rb objects/info/keep);

sub state_of {
  my ($path) = @_;
  my @stat = lstat $path or return;
  return sprintf '%s %o %d:%d', -l _ ? 'l' : -d _ ? 'd' : -f _ ? 'f' : 'x', $stat[2] & 07777, $stat[4], $stat[5];
}

sub content_of {
  my ($path) = @_;
  return '-' if -l $path || !-f $path;
  open my $file, '<', $path or die "$path: $!";
  local $/;
  return md5_hex(<$file> // '');
}

sub all_of {
  my ($folder) = @_;
  opendir my $handle, $folder or die "$folder: $!";
  my @found;
  for my $name (sort grep { !/^\.\.?$/ } readdir $handle) {
    push @found, "$folder/$name";
    push @found, all_of("$folder/$name") if -d "$folder/$name" && !-l "$folder/$name";
  }
  return @found;
}

sub write_to {
  my ($path, $text) = @_;
  open my $file, '>', $path or die "$path: $!";
  print $file $text;
  close $file;
}

# arm: what is there now is as it should be, and has not been read.
sub arm {
  my @all = all_of($root);
  write_to($manifest, join '', map { join("\t", $_, state_of($_), content_of($_)) . "\n" } @all);
  # A kernel that notes reading once a day notes it again after this.
  my $past = time - 2 * 24 * 3600;
  utime $past, (lstat $_)[9], $_ for grep { !-l } @all;
}

if ($ARGV[0] eq 'arm') {
  remove_tree($root);
  make_path(map { "$root/$_" } qw(file folder new));
  while (my $name = <STDIN>) {
    chomp $name;
  next if $name eq "";
    write_to("$root/file/$name", "secret-of-root $name\n");
    make_path("$root/folder/$name");
    for my $inner (@inside) {
      my $path = "$root/folder/$name/$inner";
      make_path($path =~ s{/[^/]*$}{}r);
      write_to($path, "secret-of-root $inner\n");
    }
  }
  arm();
  exit;
}

open my $lines, '<', $manifest or die "$manifest: $!";
my %known = map { chomp; my ($path, $state, $content) = split /\t/; $path => [$state, $content] } <$lines>;
my @said;
# Whether it was read is asked of all before any is.
for my $path (sort keys %known) {
  my $state = state_of($path);
  if (!defined $state) { push @said, "gone $path"; delete $known{$path}; next }
  push @said, "given away $path ($known{$path}[0], now $state)" if $state ne $known{$path}[0];
  push @said, "read $path" if (lstat $path)[8] > time - 24 * 3600;
}
for my $path (all_of($root)) {
  if (!$known{$path}) { push @said, "made $path" }
  elsif (content_of($path) ne $known{$path}[1]) { push @said, "written $path" }
}
print "$_\n" for @said;
arm();
