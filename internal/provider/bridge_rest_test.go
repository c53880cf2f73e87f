// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// restExample is examples/bridge-rest with a local Unpod.
type restExample struct {
	*sandbox.Workspace

	local     *unpodtest.Server
	variables map[string]string
}

// newRestExample installs magodo/restful.
func newRestExample(t *testing.T) restExample {
	t.Helper()
	needCLI(t, ephemeralExample)
	w, err := built.Workspace(filepath.Join(moduleRoot(t), "examples", "bridge-rest"))
	if err != nil {
		t.Fatal(err)
	}
	const mirror = "RESTFUL_PROVIDER_MIRROR"
	local := documentedUnpod(t)
	variables := attach(t, map[string]string{
		"TF_CLI_CONFIG_FILE": configWithMirror(t, mirror), "TF_VAR_base_url": local.URL, "TF_VAR_org_handle": local.OrgHandle, "TF_VAR_api_token": local.Token,
		"TF_VAR_bridge_slug": unpodtest.Bridge, "TF_VAR_phone_number": "+14155550100", "TF_VAR_provider_slug": "twilio",
	})
	if _, err := w.Run(t.Context(), variables, "init", "-no-color"); err != nil && os.Getenv(mirror) == "" {
		t.Skipf("If the registry cannot be reached, set %s to a mirror of magodo/restful: %s", mirror, err)
	} else if err != nil {
		t.Fatal(err)
	}
	return restExample{w, local, variables}
}

// run runs a command. If failure is not empty, the command must fail with that text.
func (r restExample) run(t *testing.T, command, failure string) string {
	t.Helper()
	output, err := r.Run(t.Context(), r.variables, append(strings.Fields(command), "-no-color")...)
	if (err != nil) != (failure != "") {
		t.Fatalf("%s: got error %v, want %q", command, err, failure)
	}
	wantWords(t, output, failure)
	return output
}

// TestBridgeRest_followsChanges follows the table of the guide.
func TestBridgeRest_followsChanges(t *testing.T) {
	t.Parallel()
	r := newRestExample(t)
	to0111 := strings.NewReplacer("0100", "0111")
	posts := []string{connect42, disconnect, to0111.Replace(connect42), to0111.Replace(disconnect), to0111.Replace(connect44), to0111.Replace(disconnect)}
	for _, step := range []struct {
		slug, number, command, failure string
		id                             int64
		posts                          int // how many there are after this step
	}{
		{unpodtest.Bridge, "+14155550100", "apply -auto-approve", "", 42, 1},
		{unpodtest.Bridge, "+14155550100", "plan -detailed-exitcode", "", 42, 1},
		{"supportline", "+14155550100", "apply -auto-approve", "Bridge not found.", 42, 1},
		{unpodtest.Bridge, "+14155550111", "apply -auto-approve", "", 42, 3},
		{unpodtest.Bridge, "+14155550111", "apply -auto-approve", "", 44, 5},
		{unpodtest.Bridge, "+14155550111", "destroy -auto-approve", "", 44, 6},
	} {
		r.local.SetConfigurations(unpodtest.Configuration{ID: step.id, Provider: new("twilio")})
		r.variables["TF_VAR_bridge_slug"], r.variables["TF_VAR_phone_number"] = step.slug, step.number
		r.run(t, step.command, step.failure)
		wantPosts(t, r.local, posts[:step.posts]...)
	}
}

// TestBridgeRest_recovers takes the ways out that the guide describes.
func TestBridgeRest_recovers(t *testing.T) {
	t.Parallel()
	r := newRestExample(t)
	r.run(t, "plan -out=plan.bin", "")
	r.local.AnswerNext(unpodtest.JSON(206, `{"message":"Refused."}`))
	r.run(t, "apply plan.bin", "No status value found")
	wantHidden(t, r.run(t, "state list", ""), "restful_operation")
	r.run(t, "apply -auto-approve", "")

	r.run(t, "plan -destroy -out=plan.bin", "")
	r.local.AnswerNext(unpodtest.JSON(206, `{"message":"Refused."}`))
	r.run(t, "apply plan.bin", "Delete: Polling failure")
	r.run(t, "plan -destroy -out=plan.bin", "")
	r.local.AnswerNext(unpodtest.JSON(400, `{"message":"Phone number is not connected to this bridge."}`))
	r.run(t, "apply plan.bin", "Phone number is not connected to this bridge.")
	r.run(t, "state rm module.bridge.restful_operation.connection", "")
	r.local.SetConfigurations(unpodtest.Configuration{ID: 44, Provider: new("twilio")})
	r.run(t, "apply -auto-approve", "")
	r.local.SetConfigurations()
	r.run(t, "destroy -auto-approve -refresh=false", "")
	wantPosts(t, r.local, connect42, connect42, disconnect, disconnect, connect44, disconnect)
}

// TestBridgeRest_needsTheBridge has a platform that wants the header Product-Id.
func TestBridgeRest_needsTheBridge(t *testing.T) {
	t.Parallel()
	r := newRestExample(t)
	r.local.AnswerAlways(func(w http.ResponseWriter, request *http.Request) {
		switch {
		case request.URL.Path == unpodtest.Path:
			unpodtest.JSON(200, `{"data":[{"id":42,"provider":"twilio"}]}`)(w, request)
		case request.Header.Get("Product-Id") == "":
			unpodtest.JSON(206, `{"status_code":206,"message":"Please provide Product-Id in headers","data":{}}`)(w, request)
		default:
			unpodtest.JSON(200, `{"data":{"slug":"support-line"}}`)(w, request)
		}
	})
	r.run(t, "plan", "Unpod did not return this bridge: Please provide Product-Id in headers")
	r.variables["TF_VAR_product_id"] = "unpod.dev"
	r.run(t, "plan", "")
}

// TestBridgeRest_hidesSecrets also checks what the plan shows.
func TestBridgeRest_hidesSecrets(t *testing.T) {
	t.Parallel()
	r := newRestExample(t)
	shown := r.run(t, "plan -out=plan.bin", "") + r.run(t, "show -json plan.bin", "")
	wantWords(t, shown, `+ account_sid = "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" + bridge_slug = "support-line" + phone_number = "+14155550100" + provider_config_id = 42 + provider_slug = "twilio"`)
	r.local.AnswerNext(
		unpodtest.JSON(201, `{"message":"Connected.","data":{"provider_configuration":{"api_secret":"`+unpodtest.APISecret+`"}}}`),
		unpodtest.JSON(200, `{"data":{"numbers":[{"number":"+14155550100","status":"active"}]}}`),
	)
	shown += r.run(t, "apply plan.bin", "") + readFile(t, filepath.Join(r.Dir, "terraform.tfstate"))
	wantHidden(t, shown, unpodtest.APISecret, unpodtest.Token)
	wantWords(t, shown, `"message": "Connected."`)
}

// TestBridgeRest_more adds the other examples of the guide, and renames the bridge.
func TestBridgeRest_more(t *testing.T) {
	t.Parallel()
	r := newRestExample(t)
	for _, name := range []string{"for-each.tf", "new-bridge.tf"} {
		writeFile(t, filepath.Join(r.Dir, name), readFile(t, filepath.Join(r.Dir, "more", name)))
	}
	r.run(t, "init", "")
	wantWords(t, r.run(t, "apply -auto-approve", ""), `"phone_number" = "+912255550100" "provider_config_id" = 43 "provider_slug" = "plivo"`)
	file := filepath.Join(r.Dir, "new-bridge.tf")
	writeFile(t, file, strings.Replace(readFile(t, file), `"Sales"`, `"Sales team"`, 1))
	wantWords(t, r.run(t, "apply -auto-approve", ""), "0 added, 1 changed, 0 destroyed")
	wantHidden(t, readFile(t, filepath.Join(r.Dir, "terraform.tfstate")), `"number": "`) // It would change with each connection.
	r.run(t, "destroy -auto-approve", "")
}
