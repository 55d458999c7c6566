using System.Management.Automation;

namespace HostingDeploy.PowerShellHost.Hosting;

/// <summary>One line at the foot of the terminal that says what is running.</summary>
internal sealed class ProgressLine
{
    private const string EraseLine = "\r\u001b[K";

    private bool _shown;

    public string Update(ProgressRecord record, int width)
    {
        if (record.RecordType == ProgressRecordType.Completed)
        {
            return Clear();
        }

        string percent = record.PercentComplete >= 0 ? $" {record.PercentComplete}%" : "";
        string operation = string.IsNullOrEmpty(record.CurrentOperation) ? "" : $" {record.CurrentOperation}";
        string line = $"{record.Activity}: {record.StatusDescription}{percent}{operation}";
        _shown = true;
        return EraseLine + (line.Length < width ? line : line[..(width - 1)]);
    }

    public string Clear()
    {
        string erase = _shown ? EraseLine : "";
        _shown = false;
        return erase;
    }
}
