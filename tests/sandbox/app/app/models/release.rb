# Which code this process runs. Read once: the files beside a running process may already be those of the next release.
module Release
  def self.read(name)
    path = Rails.root.join(name)
    path.exist? ? path.read.strip : "none"
  end

  VERSION = read("VERSION")
  REVISION = read("REVISION")

  def self.version = VERSION

  def self.revision = REVISION
end
