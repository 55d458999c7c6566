# Usage: index.rb FOLDER
# Writes the index of the gems in FOLDER/gems, in the form that Bundler asks a gem server for first: the file versions
# names every gem, info/NAME tells what each version needs.
require "digest"
require "fileutils"
require "rubygems/package"

folder, = ARGV

def info_line(file)
  spec = Gem::Package.new(file).spec
  needs = spec.runtime_dependencies.map { |gem| "#{gem.name}:#{gem.requirement.as_list.join("&")}" }
  "#{spec.version} #{needs.join(",")}|checksum:#{Digest::SHA256.file(file).hexdigest}\n"
end

gems = Dir["#{folder}/gems/*.gem"].sort.group_by { |file| File.basename(file)[/\A(.+)-/, 1] }
FileUtils.mkdir_p("#{folder}/info")
versions = gems.map do |name, files|
  info = "---\n#{files.map { |file| info_line(file) }.join}"
  File.write("#{folder}/info/#{name}", info)
  numbers = files.map { |file| File.basename(file, ".gem").delete_prefix("#{name}-") }
  "#{name} #{numbers.join(",")} #{Digest::MD5.hexdigest(info)}\n"
end
File.write("#{folder}/versions", "created_at: #{Time.now.utc.strftime("%FT%TZ")}\n---\n#{versions.join}")
