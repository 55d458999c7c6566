@{
    Severity     = @('Error', 'Warning', 'Information')
    ExcludeRules = @(
        # build.ps1 and the tests talk to the person who runs them.
        'PSAvoidUsingWriteHost'
        # Pester's blocks assign what other blocks read.
        'PSUseDeclaredVarsMoreThanAssignments'
        # Path parts read well without parameter names.
        'PSAvoidUsingPositionalParameters'
        # The functions of build.ps1 are not commands for users.
        'PSUseShouldProcessForStateChangingFunctions'
    )
    Rules        = @{
        PSUseSingularNouns         = @{ Enable = $true; NounAllowList = @('Data', 'Windows', 'Secrets') }
        PSUseConsistentIndentation = @{ Enable = $true; IndentationSize = 4; Kind = 'space'; PipelineIndentation = 'IncreaseIndentationForFirstPipeline' }
        PSUseConsistentWhitespace  = @{ Enable = $true }
        PSPlaceOpenBrace           = @{ Enable = $true; OnSameLine = $true; NewLineAfter = $true; IgnoreOneLineBlock = $true }
        PSUseCorrectCasing         = @{ Enable = $true }
    }
}
