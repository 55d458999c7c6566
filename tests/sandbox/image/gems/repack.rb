# Usage: repack.rb FOLDER LOCKFILE...
# Makes .gem files of the gems that Debian packages, for a mirror that needs no rubygems.org. Native extensions go in
# as they are built, so installing one needs no compiler. Gems of the lock files that are not installed here are left
# out: that is how the development group stays impossible to install.
require "fileutils"
require "rubygems/package"
require "tmpdir"

# One installed gem, however Debian laid it out on the disk.
class InstalledGem
  VENDOR_FILE = %r{/vendor_ruby/(?:\d+\.\d+\.\d+/)?(?<inside>.+)\z}

  def initialize(specification)
    @specification = specification
  end

  def repack(folder)
    Dir.mktmpdir do |content|
      FileUtils.mkdir_p("#{content}/lib")
      collect(content)
      build(content, File.join(folder, "#{@specification.name}-#{@specification.version}.gem"))
    end
  end

  private

  def collect(content)
    # A default gem is part of Ruby and found without being copied: a gem of its name and version is enough.
    return if @specification.default_gem?

    if Dir.exist?("#{@specification.full_gem_path}/lib")
      FileUtils.cp_r("#{@specification.full_gem_path}/.", content)
      collect_extensions(content)
    else
      collect_vendor_files(content)
    end
  end

  def collect_extensions(content)
    built = @specification.extension_dir
    return if @specification.extensions.empty? || !Dir.exist?(built)

    FileUtils.cp_r("#{built}/.", "#{content}/lib")
    FileUtils.rm_f(Dir["#{content}/lib/{gem.build_complete,gem_make.out}"])
  end

  def collect_vendor_files(content)
    package = IO.popen(["dpkg", "--search", @specification.loaded_from], &:read)[/\A[^:]+/]
    IO.popen(["dpkg", "--listfiles", package], &:readlines).each do |line|
      file = line.chomp
      match = VENDOR_FILE.match(file)
      next unless match && File.file?(file)

      target = "#{content}/lib/#{match[:inside]}"
      FileUtils.mkdir_p(File.dirname(target))
      FileUtils.cp(file, target)
    end
  end

  def build(content, target)
    Dir.chdir(content) do
      Gem::DefaultUserInteraction.use_ui(Gem::SilentUI.new) do
        Gem::Package.build(specification_for(content), true, false, target)
      end
    end
  end

  def specification_for(content)
    source = @specification
    Gem::Specification.new do |gem|
      gem.name = source.name
      gem.version = source.version
      gem.summary = "#{source.name}, repacked from its Debian package"
      gem.authors = ["Debian"]
      gem.bindir = source.bindir
      gem.executables = source.executables.select { |name| File.exist?("#{content}/#{source.bindir}/#{name}") }
      gem.require_paths = require_paths(content)
      gem.files = Dir.glob("**/*", File::FNM_DOTMATCH).select { |path| File.file?(path) }
      source.runtime_dependencies.each { |needed| gem.add_dependency(needed.name, *needed.requirement.as_list) }
    end
  end

  def require_paths(content)
    present = @specification.raw_require_paths.select { |path| Dir.exist?("#{content}/#{path}") }
    present.empty? ? ["lib"] : present
  end
end


LOCKED_GEM = /^ {4}(\S+) \((\S+)\)$/

folder, *lockfiles = ARGV
lockfiles.flat_map { |path| File.read(path).scan(LOCKED_GEM) }.uniq.each do |name, version|
  installed = Gem::Specification.find_all_by_name(name, version).first
  InstalledGem.new(installed).repack(folder) if installed
end
