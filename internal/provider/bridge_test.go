// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// supportLine is what the example connects.
var supportLine = unpodtest.Connection{Bridge: "support-line", ProviderConfigID: 42, Provider: new("twilio"), PhoneNumber: "+14155550100"}

// bridgeWorkspace has the example that wires a bridge, a local Unpod whose token
// is the canary, and the variables to run the one against the other.
func bridgeWorkspace(t *testing.T) (*sandbox.Workspace, *unpodtest.Server, map[string]string) {
	t.Helper()
	needCLI(t, terraformData)
	needCurl(t)
	server := startCanary(t)
	workspace := example(t, "examples/bridge")
	return workspace, server, map[string]string{
		"UNPOD_API_TOKEN":  canary,
		"UNPOD_ORG_HANDLE": unpodtest.OrgHandle,
		"TF_VAR_base_url":  server.URL,
		"TF_LOG":           "TRACE",
		"TF_LOG_PATH":      filepath.Join(workspace.Dir, "trace.log"),
	}
}

// needCurl skips a test if there is no curl that knows --fail-with-body.
func needCurl(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("The example is for a POSIX shell; on Windows, for WSL.")
	}
	if output, err := exec.CommandContext(t.Context(), "curl", "--help", "all").Output(); err != nil || !strings.Contains(string(output), "--fail-with-body") {
		t.Skip("The example needs curl 7.76 or later.")
	}
}

// posts are the requests that would change something, in short.
func posts(server *unpodtest.Server) (all []string) {
	for _, request := range server.Requests() {
		if request.Method == http.MethodPost {
			all = append(all, strings.TrimPrefix(request.Path, unpodtest.BridgesPath)+" "+request.Body)
		}
	}
	return all
}

// wantConnections checks what the platform says is connected.
func wantConnections(t *testing.T, server *unpodtest.Server, want ...unpodtest.Connection) {
	t.Helper()
	if got := server.Connections(); !reflect.DeepEqual(append([]unpodtest.Connection{}, got...), append([]unpodtest.Connection{}, want...)) {
		t.Errorf("got connections %+v, want %+v", got, want)
	}
}

// wantPosts checks what was posted so far.
func wantPosts(t *testing.T, server *unpodtest.Server, want ...string) {
	t.Helper()
	if got := posts(server); !reflect.DeepEqual(got, want) {
		t.Errorf("got posts %q, want %q", got, want)
	}
}

const (
	connect42  = `support-line/connect-provider/ {"phone_number":"+14155550100","provider_config_id":42}`
	connect43  = `support-line/connect-provider/ {"phone_number":"+14155550100","provider_config_id":43}`
	disconnect = `support-line/disconnect-provider/ {"phone_number":"+14155550100"}`
)

// TestBridge_connects applies, applies again, changes the configuration, and
// destroys. The token is nowhere in what this leaves.
func TestBridge_connects(t *testing.T) {
	t.Parallel()
	workspace, server, variables := bridgeWorkspace(t)
	output := run(t, workspace, variables, "plan", "-out=plan.bin") + run(t, workspace, variables, "apply", "plan.bin")
	wantPosts(t, server, connect42)
	wantConnections(t, server, supportLine)

	output += run(t, workspace, variables, "apply", "-auto-approve")
	wantPosts(t, server, connect42)

	other := maps.Clone(variables)
	other["TF_VAR_lines"] = `{ support-line = { phone_number = "+14155550100", provider_slug = "plivo" } }`
	output += run(t, workspace, other, "apply", "-auto-approve")
	wantPosts(t, server, connect42, disconnect, connect43)
	wantConnections(t, server, unpodtest.Connection{Bridge: "support-line", ProviderConfigID: 43, Provider: new("plivo"), PhoneNumber: "+14155550100"})

	output += run(t, workspace, other, "destroy", "-auto-approve")
	wantPosts(t, server, connect42, disconnect, connect43, disconnect)
	wantConnections(t, server)
	wantHidden(t, output, canary)
	searchFiles(t, workspace.Dir, canary, "terraform.tfstate.backup")
}

// TestBridge_regions plans the lines of the guide.
func TestBridge_regions(t *testing.T) {
	t.Parallel()
	workspace, _, variables := bridgeWorkspace(t)
	if output := run(t, workspace, variables, "plan", "-var-file=regions.tfvars"); !strings.Contains(output, "Plan: 2 to add") {
		t.Errorf("not a connection for each region:\n%s", output)
	}
}

// TestBridge_refused has the platform refuse the connection.
func TestBridge_refused(t *testing.T) {
	t.Parallel()
	workspace, server, variables := bridgeWorkspace(t)
	variables["TF_VAR_lines"] = `{ no-such-bridge = { phone_number = "+14155550100", provider_slug = "twilio" } }`
	output, err := workspace.Run(t.Context(), variables, "apply", "-auto-approve", "-no-color")
	if err == nil || !strings.Contains(output, "Bridge not found") {
		t.Errorf("got error %v, want the platform's words:\n%s", err, output)
	}
	wantConnections(t, server)
	wantHidden(t, output, canary)
	searchFiles(t, workspace.Dir, canary, "terraform.tfstate")
}

// TestBridge_processes looks at every process of this machine while the platform
// is asked.
func TestBridge_processes(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("Only Linux lists processes in /proc.")
	}
	workspace, server, variables := bridgeWorkspace(t)
	var (
		mu       sync.Mutex
		commands []string
	)
	server.AnswerNext(unpodtest.List(unpodtest.Documented()...), func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		commands = commandLines(t)
		mu.Unlock()
		unpodtest.JSON(http.StatusOK, `{"status_code":200}`)(w, r)
	})
	run(t, workspace, variables, "apply", "-auto-approve")
	mu.Lock()
	defer mu.Unlock()
	all := strings.Join(commands, "\n")
	if !strings.Contains(all, "connect-provider") {
		t.Error("curl is not among the processes")
	}
	wantHidden(t, all, canary)
}

// commandLines returns those of all processes.
func commandLines(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Error(err)
	}
	var lines []string
	for _, file := range files {
		if content, err := os.ReadFile(file); err == nil { // Else the process has ended.
			lines = append(lines, strings.ReplaceAll(string(content), "\x00", " "))
		}
	}
	return lines
}
