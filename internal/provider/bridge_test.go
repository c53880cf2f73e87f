// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// The requests that examples/bridge sends: the bridge's slug, the action, the body.
const (
	connect42  = `support-line/connect-provider/ {"phone_number":"+14155550100","provider_config_id":42}`
	connect44  = `support-line/connect-provider/ {"phone_number":"+14155550100","provider_config_id":44}`
	disconnect = `support-line/disconnect-provider/ {"phone_number":"+14155550100"}`
)

// bridgeExample returns a workspace with examples/bridge, and the variables for a
// local Unpod. Those in more override them.
func bridgeExample(t *testing.T, local *unpodtest.Server, more map[string]string) (*sandbox.Workspace, map[string]string) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil || runtime.GOOS == "windows" {
		t.Skip("The bridge module needs curl and a POSIX shell.")
	}
	needCLI(t, terraformData)
	return example(t, "examples/bridge"), attach(t, credentials(local, more))
}

// wantPosts checks which POST requests the server received, in order.
func wantPosts(t *testing.T, local *unpodtest.Server, want ...string) {
	t.Helper()
	var got []string
	for _, request := range local.Requests() {
		if h := request.Header; request.Method == http.MethodPost {
			got = append(got, strings.TrimPrefix(request.Path, unpodtest.BridgesPath)+" "+request.Body)
			if h.Get("Authorization") != "Token "+local.Token || h.Get("Org-Handle") != local.OrgHandle || h.Get("Content-Type") != "application/json" {
				t.Errorf("got headers %q", h)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got POST requests\n%q, want\n%q", got, want)
	}
}

// TestBridge_connectsAndDisconnects follows the example's README.
func TestBridge_connectsAndDisconnects(t *testing.T) {
	t.Parallel()
	local := documentedUnpod(t)
	w, variables := bridgeExample(t, local, map[string]string{
		"UNPOD_API_TOKEN": "", "UNPOD_PLATFORM_TOKEN": "Token " + unpodtest.Token, "UNPOD_BASE_URL": "http://127.0.0.1:1", "UNPOD_PLATFORM_BASE_URL": local.URL + "/api/v2/platform/",
	})
	first, other := unpodtest.Documented(), []unpodtest.Configuration{{ID: 44, Provider: new("twilio"), AccountSID: new("AC")}}
	posts := []string{connect42, disconnect, connect44, connect44, disconnect}
	for _, step := range []struct {
		configurations []unpodtest.Configuration
		args           string
		posts          int // how many there are after this step
	}{
		{first, "apply -auto-approve", 1},
		{first, "apply -auto-approve", 1},
		{other, "apply -auto-approve", 3},
		{other, "state rm module.support_line.terraform_data.connection", 3},
		{other, "apply -auto-approve", 4},
		{nil, "destroy -auto-approve -refresh=false -target=module.support_line", 5},
	} {
		local.SetConfigurations(step.configurations...)
		run(t, w, variables, strings.Fields(step.args)...)
		wantPosts(t, local, posts[:step.posts]...)
	}
}

// TestBridge_refusedPostFails also checks that the next run posts only that again.
func TestBridge_refusedPostFails(t *testing.T) {
	t.Parallel()
	local := documentedUnpod(t)
	w, variables := bridgeExample(t, local, nil)
	for _, command := range []struct{ name, action string }{{"apply", "connect"}, {"destroy", "disconnect"}} {
		local.AnswerNext(unpodtest.JSON(200, `{"data":[{"id":42,"provider":"twilio","account_sid":"AC"}]}`), unpodtest.JSON(404, `{"message":"No bridge."}`))
		output, err := w.Run(t.Context(), variables, command.name, "-auto-approve", "-no-color")
		want := "Error running command 'support-line/" + command.action + `-provider/': exit status 1. Output: HTTP status 404: No bridge.`
		if err == nil {
			t.Errorf("got no error, want %q", want)
		}
		wantWords(t, output, want)
		run(t, w, variables, command.name, "-auto-approve")
	}
	wantPosts(t, local, connect42, connect42, disconnect, disconnect)

	for _, test := range []struct {
		answer                http.HandlerFunc
		variable, value, want string // without an answer, want is the end of what the script prints
	}{
		{unpodtest.JSON(201, `{"message":"Connected.","data":{"api_secret":"x","message":"Other"}}`), "UNPOD_PLATFORM_TOKEN", "overridden", "HTTP status 201: Connected.\n"},
		{unpodtest.JSON(206, `{"message": "a\nb"}`), "", "", `HTTP status 206: a\nb` + "\n"},
		{unpodtest.JSON(404, `{"detail":"Not found."}`), "", "", "HTTP status 404: Not found.\n"},
		{unpodtest.Redirect(301, "/elsewhere/"), "", "", "HTTP status 301\n"},
		{unpodtest.HTML(500, "Token "+unpodtest.Token), "", "", "HTTP status 500\n"},
		{unpodtest.JSON(500, `{"message":"`+unpodtest.Token+`"}`), "", "", "HTTP status 500: The message contains the API token, so it is not shown.\n"},
		{nil, "UNPOD_API_TOKEN", "", "UNPOD_PLATFORM_TOKEN: must be set, unless UNPOD_API_TOKEN is\n"},
		{nil, "UNPOD_ORG_HANDLE", "", "UNPOD_ORG_HANDLE: must be set\n"},
		{nil, "UNPOD_BASE_URL", "", "UNPOD_BASE_URL: must be set, for example to https://unpod.dev\n"},
		{nil, "UNPOD_BASE_URL", strings.TrimPrefix(local.URL, "http://"), "HTTP status 000\n"}, // It tries HTTPS.
	} {
		local.AnswerAlways(test.answer)
		cmd := exec.CommandContext(t.Context(), "/bin/sh", filepath.Join(w.Dir, "modules", "bridge", "post.sh"), "support-line/connect-provider/")
		for name, value := range credentials(local, map[string]string{"PATH": os.Getenv("PATH"), test.variable: test.value}) {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		output, err := cmd.CombinedOutput()
		connected := strings.Contains(test.want, "201")
		printed := strings.HasSuffix(string(output), test.want) && (test.answer == nil || len(output) == len(test.want))
		if (err == nil) != connected || !printed {
			t.Errorf("got error %v, want %q:\n%s", err, test.want, output)
		}
	}
}

// TestBridge_hidesToken also checks for -q. Without it, a .curlrc could print the token.
func TestBridge_hidesToken(t *testing.T) {
	t.Parallel()
	local := startCanary(t)
	w, variables := bridgeExample(t, local, map[string]string{"UNPOD_API_TOKEN": canary, "TF_LOG": "TRACE", "TF_LOG_PATH": "trace.log"})
	output := run(t, w, variables, "plan", "-out=plan.bin") + run(t, w, variables, "show", "-json", "plan.bin")
	local.AnswerNext(func(w http.ResponseWriter, r *http.Request) {
		output, _ := exec.CommandContext(r.Context(), "/bin/sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").Output()
		processes := string(output) // Empty except on Linux, because others have no /proc.
		if runtime.GOOS == "linux" && !strings.Contains(processes, " curl -q ") {
			t.Errorf("curl is not in the process list:\n%s", processes)
		}
		wantHidden(t, processes, canary)
		unpodtest.JSON(200, "{}")(w, r)
	})
	output += run(t, w, variables, "apply", "plan.bin")
	wantPosts(t, local, connect42)
	wantHidden(t, output, canary)
	searchFiles(t, w.Dir, canary, "terraform.tfstate")
}
