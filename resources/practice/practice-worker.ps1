# The worker of Idlewatt's practice programme on Windows: the twin of practice-worker.sh, line for line in what it prints.
# Usage: practice-worker.ps1 prepare FOLDER | run
param([string]$Do = '', [string]$Folder = '')
$ErrorActionPreference = 'Stop'

if ($Do -eq 'prepare') {
  if ($Folder -eq '') { [Console]::Error.WriteLine('practice: prepare needs a folder'); exit 4 }
  try {
    New-Item -ItemType Directory -Force -Path $Folder | Out-Null
    Set-Content -Path (Join-Path $Folder 'prepared.txt') -Value 'Made by the practice programme. Leaving it removes this folder.'
  } catch { [Console]::Error.WriteLine("practice: $_"); exit 4 }
  Write-Output "practice: prepared $Folder"
  exit 0
}
if ($Do -ne 'run') {
  [Console]::Error.WriteLine("practice: asked for `"$Do`", which it does not know; it knows prepare and run")
  exit 2
}

function Read-Setting([string]$Name, [string]$Otherwise) {
  $value = [Environment]::GetEnvironmentVariable($Name)
  if ([string]::IsNullOrEmpty($value)) { return $Otherwise }
  return $value
}
# Unbuffered, so that each line reaches a file when it is written.
function Say([string]$Line) { [Console]::Out.WriteLine($Line); [Console]::Out.Flush() }

$behaviour = Read-Setting 'PRACTICE_BEHAVIOUR' 'usual'
$waitSeconds = [double](Read-Setting 'PRACTICE_WAIT' '20')
$workSeconds = [double](Read-Setting 'PRACTICE_WORK' '10')
$token = Read-Setting 'PRACTICE_TOKEN' ''
$job = 0

Say 'practice: worker 1'
Say "practice: starting as $(Read-Setting 'PRACTICE_NAME' 'nameless')"
if ($token -ne '') { Say "practice: signed in with token=$token" }
if ($behaviour -eq 'silent') { while ($true) { Start-Sleep -Seconds 3600 } }
if ($behaviour -eq 'leaves-child') {
  $child = Start-Process -PassThru -WindowStyle Hidden powershell -ArgumentList '-NoProfile', '-Command', 'Start-Sleep -Seconds 3600'
  Say "practice: left a child behind: $($child.Id)"
}
Say 'practice: ready'

while ($true) {
  # No line after the error until the next one: the last line says how it is.
  if ($behaviour -eq 'unwell') { Say 'practice: error: the practice server does not answer'; Start-Sleep -Milliseconds ([int]($waitSeconds * 1000)); continue }
  if ($behaviour -eq 'no-jobs') { Say 'practice: no job was offered' } else { Say 'practice: waiting for a job' }
  Start-Sleep -Milliseconds ([int]($waitSeconds * 1000))
  if ($behaviour -eq 'crashes') { [Console]::Error.WriteLine('practice: crashing, as it was told to'); exit 7 }
  if ($behaviour -eq 'no-jobs') { continue }
  $job = $job + 1
  Say "practice: job $job started"
  Start-Sleep -Milliseconds ([int]($workSeconds * 1000))
  if ($behaviour -eq 'fails-jobs') { Say "practice: job $job failed" } else { Say "practice: job $job finished in $workSeconds s" }
}
