# Usage: lock.rb FOLDER
# Locks the Gemfile in the folder to the gems installed here. Its development group cannot be installed here, and must
# not be installable from the mirror either; what a developer's machine would have locked for it is written in by hand.
require "bundler"
require "fileutils"
require "tmpdir"

folder, = ARGV

DEVELOPMENT_GROUP = /^group :development.*?^end$/m
DEVELOPMENT_DEPENDENCY = "debug (>= 1.9)"
DEVELOPMENT_GEMS = {
  "debug (1.11.0)" => ["irb (~> 1.10)", "reline (>= 0.3.8)"],
  "io-console (0.8.0)" => [],
  "irb (1.15.2)" => ["pp (>= 0.6.0)", "rdoc (>= 4.0.0)", "reline (>= 0.4.2)"],
  "pp (0.6.2)" => ["prettyprint"],
  "prettyprint (0.2.0)" => [],
  "psych (5.2.6)" => ["stringio"],
  "rdoc (6.14.0)" => ["psych (>= 4.0.0)"],
  "reline (0.6.1)" => ["io-console (~> 0.5)"],
  "stringio (3.1.7)" => [],
}.freeze

def lock_of(gemfile_text)
  Dir.mktmpdir do |dir|
    File.write("#{dir}/Gemfile", gemfile_text)
    Dir.chdir(dir) { system("bundle", "lock", "--local", exception: true) }
    File.read("#{dir}/Gemfile.lock")
  end
end

def name(entry) = entry[/\S+/]

# Adds entries to one indented, alphabetical list of the lock file, leaving alone what it already names.
def with_entries(list, entries)
  present = list.scan(/^ {4}(?! )(\S+)/).flatten
  blocks = list.scan(/^ {4}(?! ).*\n(?: {6}.*\n)*/)
  blocks += entries.reject { |entry, _| present.include?(name(entry)) }
                   .map { |entry, needs| "    #{entry}\n" + needs.map { |need| "      #{need}\n" }.join }
  blocks.sort_by { |block| name(block) }.join
end

lock = lock_of(File.read("#{folder}/Gemfile").sub(DEVELOPMENT_GROUP, ""))
lock.sub!(/(?<=^  specs:\n)(?: {4}.*\n)+/) { |specs| with_entries(specs, DEVELOPMENT_GEMS) }
lock.sub!(/(?<=^DEPENDENCIES\n)(?:  .*\n)+/) { |list| (list.lines + ["  #{DEVELOPMENT_DEPENDENCY}\n"]).sort.join }
File.write("#{folder}/Gemfile.lock", lock)
