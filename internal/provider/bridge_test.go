// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
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

// supportLine is the connection that examples/bridge creates.
var supportLine = unpodtest.Connection{Bridge: "support-line", ProviderConfigID: 42, Provider: new("twilio"), PhoneNumber: "+14155550100"}

// bridgeExample returns a workspace with examples/bridge, and the variables that
// make it connect one bridge of the server.
func bridgeExample(t *testing.T, server *unpodtest.Server) (*sandbox.Workspace, map[string]string) {
	t.Helper()
	needCurl(t)
	needCLI(t, terraformData)
	variables := credentials(server, map[string]string{"UNPOD_API_TOKEN": server.Token, "TF_VAR_regions": "{}"})
	return example(t, "examples/bridge"), attach(t, variables)
}

// needCurl skips a test if the bridge module cannot run here.
func needCurl(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("The bridge module needs a POSIX shell.")
	}
	output, err := exec.CommandContext(t.Context(), "curl", "--version").Output()
	if err != nil {
		t.Skipf("The bridge module needs curl: %v", err)
	}
	var major, minor int
	if _, err := fmt.Sscanf(string(output), "curl %d.%d", &major, &minor); err != nil || major < 7 || major == 7 && minor < 55 {
		t.Skipf("The bridge module needs curl 7.55 or later, but this is %.40q.", output)
	}
}

// wantPosts checks which POST requests the server received, in order, and their
// headers.
func wantPosts(t *testing.T, server *unpodtest.Server, want ...string) {
	t.Helper()
	var got []string
	for _, request := range server.Requests() {
		if request.Method != http.MethodPost {
			continue
		}
		got = append(got, strings.TrimPrefix(request.Path, unpodtest.BridgesPath)+" "+request.Body)
		for name, value := range map[string]string{"Authorization": "Token " + server.Token, "Org-Handle": server.OrgHandle} {
			if all := request.Header.Values(name); !slices.Equal(all, []string{value}) {
				t.Errorf("got %s %q, want %q", name, all, value)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got POST requests\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// wantConnections checks which numbers are connected to which bridges.
func wantConnections(t *testing.T, server *unpodtest.Server, want ...unpodtest.Connection) {
	t.Helper()
	if got := server.Connections(); !reflect.DeepEqual(got, want) {
		t.Errorf("got connections %v, want %v", got, want)
	}
}

// wantFailure runs the CLI, which must fail with this text in its error.
func wantFailure(t *testing.T, workspace *sandbox.Workspace, variables map[string]string, text string, args ...string) {
	t.Helper()
	output, err := workspace.Run(t.Context(), variables, append(args, "-no-color")...)
	_, explained, _ := strings.Cut(output, "Error: ")
	if err == nil || !regexp.MustCompile(words(text)).MatchString(explained) {
		t.Errorf("got error %v, want a diagnostic with %q:\n%s", err, text, output)
	}
}

func TestBridge_connectsOnce(t *testing.T) {
	t.Parallel()
	server := documentedUnpod(t)
	workspace, variables := bridgeExample(t, server)
	run(t, workspace, variables, "apply", "-auto-approve")
	run(t, workspace, variables, "apply", "-auto-approve")
	wantPosts(t, server, connect42)
	wantConnections(t, server, supportLine)
}

func TestBridge_reconnectsIfConfigurationChanges(t *testing.T) {
	t.Parallel()
	server := documentedUnpod(t)
	workspace, variables := bridgeExample(t, server)
	run(t, workspace, variables, "apply", "-auto-approve")
	server.SetConfigurations(unpodtest.Configuration{ID: 44, Provider: new("twilio"), AccountSID: new("ACzzzz")})
	run(t, workspace, variables, "apply", "-auto-approve")
	wantPosts(t, server, connect42, disconnect, connect44)
	connected := supportLine
	connected.ProviderConfigID = 44
	wantConnections(t, server, connected)
}

func TestBridge_disconnectsRemovedRegion(t *testing.T) {
	t.Parallel()
	server := documentedUnpod(t)
	workspace, variables := bridgeExample(t, server)
	run(t, workspace, variables, "apply", "-auto-approve")
	variables["TF_VAR_regions"] = `{ eu = { bridge_slug = "sales-bridge-001", phone_number = "+442079460100", provider_slug = "plivo" } }`
	run(t, workspace, variables, "apply", "-auto-approve")
	wantConnections(t, server, supportLine,
		unpodtest.Connection{Bridge: "sales-bridge-001", ProviderConfigID: 43, Provider: new("plivo"), PhoneNumber: "+442079460100"})
	variables["TF_VAR_regions"] = "{}"
	run(t, workspace, variables, "apply", "-auto-approve")
	wantConnections(t, server, supportLine)
	wantPosts(t, server, connect42,
		`sales-bridge-001/connect-provider/ {"phone_number":"+442079460100","provider_config_id":43}`,
		`sales-bridge-001/disconnect-provider/ {"phone_number":"+442079460100"}`)
}

// TestBridge_connectsAfterRefusal checks that the next apply does not disconnect
// the number first. It was never connected, so the platform would refuse.
func TestBridge_connectsAfterRefusal(t *testing.T) {
	t.Parallel()
	server := documentedUnpod(t)
	workspace, variables := bridgeExample(t, server)
	run(t, workspace, variables, "plan", "-out=plan.bin")
	server.Set(func(s *unpodtest.Settings) { s.TokenExpired = true })
	wantFailure(t, workspace, variables, `Error running command 'support-line/connect-provider/': exit status 1. Output: {"message":"Token has expired.","status_code":403}`, "apply", "plan.bin")
	wantConnections(t, server)

	server.Set(func(s *unpodtest.Settings) { s.TokenExpired = false })
	run(t, workspace, variables, "apply", "-auto-approve")
	wantPosts(t, server, connect42, connect42)
	wantConnections(t, server, supportLine)
}

func TestBridge_disconnectsOnDestroy(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"everything": {"destroy", "-auto-approve"},
		"one module": {"destroy", "-auto-approve", "-target=module.support_line"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := documentedUnpod(t)
			workspace, variables := bridgeExample(t, server)
			run(t, workspace, variables, "apply", "-auto-approve")
			wantPosts(t, server, connect42)
			run(t, workspace, variables, args...)
			wantPosts(t, server, connect42, disconnect)
			wantConnections(t, server)
		})
	}
}

func TestBridge_disconnectsAfterRefusal(t *testing.T) {
	t.Parallel()
	server := documentedUnpod(t)
	workspace, variables := bridgeExample(t, server)
	run(t, workspace, variables, "apply", "-auto-approve")
	run(t, workspace, variables, "plan", "-destroy", "-out=plan.bin")
	server.Set(func(s *unpodtest.Settings) { s.TokenExpired = true })
	wantFailure(t, workspace, variables, `Error running command 'support-line/disconnect-provider/': exit status 1. Output: {"message":"Token has expired.","status_code":403}`, "apply", "plan.bin")
	wantConnections(t, server, supportLine)

	server.Set(func(s *unpodtest.Settings) { s.TokenExpired = false })
	run(t, workspace, variables, "destroy", "-auto-approve")
	wantPosts(t, server, connect42, disconnect, disconnect)
	wantConnections(t, server)
}

// TestBridge_disconnectsWithoutConfiguration follows the guide's steps to destroy
// a connection whose configuration no longer exists.
func TestBridge_disconnectsWithoutConfiguration(t *testing.T) {
	t.Parallel()
	server := documentedUnpod(t)
	workspace, variables := bridgeExample(t, server)
	run(t, workspace, variables, "apply", "-auto-approve")
	server.SetConfigurations()
	wantFailure(t, workspace, variables, `data "unpod_telephony_provider_configuration" "this"`, "destroy", "-auto-approve")
	run(t, workspace, variables, "destroy", "-auto-approve", "-refresh=false", "-target=module.support_line")
	wantPosts(t, server, connect42, disconnect)
}

// TestBridge_reconnectsAfterStateRemoval follows the guide's steps to reconnect a
// number that was disconnected outside Terraform.
func TestBridge_reconnectsAfterStateRemoval(t *testing.T) {
	t.Parallel()
	server := documentedUnpod(t)
	workspace, variables := bridgeExample(t, server)
	run(t, workspace, variables, "apply", "-auto-approve")
	if output, err := post(t, "support-line/disconnect-provider/", `{"phone_number":"+14155550100"}`, variables); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	run(t, workspace, variables, "apply", "-auto-approve")
	wantConnections(t, server)
	if output, err := workspace.Run(t.Context(), variables, "state", "rm", "module.support_line.terraform_data.connection"); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	run(t, workspace, variables, "apply", "-auto-approve")
	wantPosts(t, server, connect42, disconnect, connect42)
}

// TestBridge_hidesToken checks that an apply neither prints nor stores the token,
// even if the user's .curlrc makes curl print its requests.
func TestBridge_hidesToken(t *testing.T) {
	t.Parallel()
	server := startCanary(t)
	workspace, variables := bridgeExample(t, server)
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, ".curlrc"), []byte("verbose\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	maps.Copy(variables, map[string]string{
		"HOME":   home,
		"TF_LOG": "TRACE", "TF_LOG_PATH": filepath.Join(workspace.Dir, "trace.log"),
	})
	output := run(t, workspace, variables, "plan", "-out=plan.bin")
	output += run(t, workspace, variables, "show", "-json", "plan.bin")
	output += run(t, workspace, variables, "apply", "plan.bin")
	wantPosts(t, server, connect42)
	wantHidden(t, output, canary)
	if log := searchFiles(t, workspace.Dir, canary, "terraform.tfstate"); !strings.Contains(log, "local-exec") {
		t.Error("the log does not mention the provisioner, so searching it proves nothing")
	}
}

// TestBridge_hidesTokenFromOtherUsers checks the process list while curl waits for
// its response.
func TestBridge_hidesTokenFromOtherUsers(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("The process list is read from /proc, which only Linux has.")
	}
	server := startCanary(t)
	workspace, variables := bridgeExample(t, server)
	run(t, workspace, variables, "plan", "-out=plan.bin")
	listed := make(chan string, 1)
	server.AnswerNext(func(w http.ResponseWriter, r *http.Request) {
		listed <- processes()
		unpodtest.JSON(http.StatusOK, `{"status_code":200,"message":"Provider connected to bridge successfully."}`)(w, r)
	})
	run(t, workspace, variables, "apply", "plan.bin")
	wantPosts(t, server, connect42)
	list := <-listed
	if !regexp.MustCompile(`(?m)^curl .*/support-line/connect-provider/`).MatchString(list) {
		t.Errorf("curl is not in the process list:\n%s", list)
	}
	wantHidden(t, list, canary)
}

// processes returns the command lines of all processes.
func processes() string {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline") // Only a bad pattern is an error.
	var all strings.Builder
	for _, file := range files {
		line, _ := os.ReadFile(file) // The process may have ended.
		all.WriteString(strings.ReplaceAll(string(line), "\x00", " ") + "\n")
	}
	return all.String()
}

// post runs the module's script without Terraform.
func post(t *testing.T, action, body string, variables map[string]string) (output string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", filepath.Join(moduleRoot(t), "examples", "bridge", "modules", "bridge", "post.sh"), action)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "BODY=" + body}
	for name, value := range variables {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	printed, err := cmd.CombinedOutput()
	return string(printed), err
}

// postConnect42 sends connect42 with the script.
func postConnect42(t *testing.T, variables map[string]string) (output string, err error) {
	t.Helper()
	action, body, _ := strings.Cut(connect42, " ")
	return post(t, action, body, variables)
}

func TestBridgeScript_readsProviderVariables(t *testing.T) {
	t.Parallel()
	needCurl(t)
	for name, change := range map[string]func(variables map[string]string, url string){
		"trailing slash":    func(v map[string]string, url string) { v["UNPOD_BASE_URL"] = url + "/" },
		"API path":          func(v map[string]string, url string) { v["UNPOD_BASE_URL"] = url + "/api/v2/platform/" },
		"token with prefix": func(v map[string]string, _ string) { v["UNPOD_API_TOKEN"] = "Token " + unpodtest.Token },
		"UNPOD_PLATFORM_TOKEN": func(v map[string]string, _ string) {
			v["UNPOD_API_TOKEN"], v["UNPOD_PLATFORM_TOKEN"] = "", unpodtest.Token
		},
		"UNPOD_API_TOKEN overrides UNPOD_PLATFORM_TOKEN": func(v map[string]string, _ string) { v["UNPOD_PLATFORM_TOKEN"] = "another" },
		"UNPOD_PLATFORM_BASE_URL overrides UNPOD_BASE_URL": func(v map[string]string, url string) {
			v["UNPOD_BASE_URL"], v["UNPOD_PLATFORM_BASE_URL"] = "http://127.0.0.1:1", url
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := documentedUnpod(t)
			variables := credentials(server, nil)
			change(variables, server.URL)
			if output, err := postConnect42(t, variables); err != nil {
				t.Errorf("%v\n%s", err, output)
			}
			wantPosts(t, server, connect42)
		})
	}
}

func TestBridgeScript_requiresVariables(t *testing.T) {
	t.Parallel()
	needCurl(t)
	for _, test := range []struct{ name, want string }{
		{"UNPOD_API_TOKEN", "UNPOD_PLATFORM_TOKEN: must be set, unless UNPOD_API_TOKEN is"},
		{"UNPOD_ORG_HANDLE", "UNPOD_ORG_HANDLE: must be set"},
		{"UNPOD_BASE_URL", "UNPOD_BASE_URL: must be set, for example to https://unpod.dev"},
	} {
		server := documentedUnpod(t)
		output, err := postConnect42(t, credentials(server, map[string]string{test.name: ""}))
		if err == nil || !strings.HasSuffix(output, test.want+"\n") {
			t.Errorf("%s: got error %v, want %q:\n%s", test.name, err, test.want, output)
		}
		wantPosts(t, server)
	}
}

// TestBridgeScript_defaultsToHTTPS uses an address without a scheme. By default,
// curl would send the token to it over plain HTTP.
func TestBridgeScript_defaultsToHTTPS(t *testing.T) {
	t.Parallel()
	needCurl(t)
	server := documentedUnpod(t)
	output, err := postConnect42(t, credentials(server, map[string]string{"UNPOD_BASE_URL": strings.TrimPrefix(server.URL, "http://")}))
	if err == nil || !strings.HasSuffix(output, "HTTP status 000\n") {
		t.Errorf("got error %v, want one and HTTP status 000:\n%s", err, output)
	}
	wantPosts(t, server)
}

func TestBridgeScript_failsOnErrorResponses(t *testing.T) {
	t.Parallel()
	needCurl(t)
	const noHandle = `{"status_code":206,"message":"Org-Handle header not found","data":{}}`
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"404":          {unpodtest.JSON(404, `{"message":"Bridge not found."}`), `{"message":"Bridge not found."}` + "\nHTTP status 404\n"},
		"206":          {unpodtest.JSON(206, noHandle), noHandle + "\nHTTP status 206\n"},
		"redirect":     {unpodtest.Redirect(301, "/elsewhere/"), "\nHTTP status 301\n"},
		"broken proxy": {unpodtest.HTML(502, "<h1>Bad Gateway</h1>"), "<h1>Bad Gateway</h1>\nHTTP status 502\n"},
		"backslashes":  {unpodtest.JSON(400, `{"message":"a\nb"}`), `{"message":"a\nb"}` + "\nHTTP status 400\n"},
		"token echoed": {unpodtest.HTML(500, "Authorization: Token "+unpodtest.Token), "The response contains the API token, so it is not shown.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := documentedUnpod(t)
			server.AnswerAlways(test.answer)
			output, err := postConnect42(t, credentials(server, nil))
			if err == nil || output != test.want {
				t.Errorf("got error %v, want one and %q:\n%s", err, test.want, output)
			}
			wantPosts(t, server, connect42)
		})
	}
}
