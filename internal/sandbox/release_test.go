// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// releaseVariable names the folder of a signed release for this platform, which
// make release-test and make release-check set with the variables of its keys.
const releaseVariable = "UNPOD_ACC_RELEASE"

// TestRelease_installsFromRegistry installs a release as a user would, from a
// registry on this machine.
func TestRelease_installsFromRegistry(t *testing.T) {
	t.Parallel()
	if os.Getenv(releaseVariable) == "" {
		t.Skip(releaseVariable + " is not set; make release-test sets it")
	}
	box, err := New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	local := unpodtest.Start(t, unpodtest.New(unpodtest.Token, unpodtest.OrgHandle, unpodtest.Documented()...))
	id := os.Getenv("UNPOD_ACC_KEY_ID")
	if id == "" {
		t.Fatal("UNPOD_ACC_KEY_ID is not set")
	}
	signed := "signed, key ID " + id
	for name, test := range map[string]struct {
		tampered string // matches the file to tamper with
		key      string // names the key that the registry shows
		want     string
	}{
		"release":            {"", "UNPOD_ACC_KEY", signed},
		"tampered archive":   {"*.zip", "UNPOD_ACC_KEY", "checksum"},
		"tampered checksums": {"*_SHA256SUMS", "UNPOD_ACC_KEY", "invalid signature"},
		"foreign signature":  {"", "UNPOD_ACC_FOREIGN_KEY", "signature from unknown issuer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := box.WorkspaceFromText(`
terraform {
  required_providers {
    unpod = { source = "unpod-ai/unpod" }
  }
}
data "unpod_telephony_provider_configurations" "all" {}
output "count" { value = length(data.unpod_telephony_provider_configurations.all.provider_configurations) }
`)
			if err != nil {
				t.Fatal(err)
			}
			variables := map[string]string{
				"TF_CLI_CONFIG_FILE": startRegistry(t, box.CLI.Registry(), test.tampered, test.key),
				"UNPOD_BASE_URL":     local.URL, "UNPOD_API_TOKEN": unpodtest.Token, "UNPOD_ORG_HANDLE": unpodtest.OrgHandle,
			}
			output, err := w.Run(t.Context(), variables, "init", "-no-color")
			t.Log(output)
			if (err == nil) != (test.want == signed) || !strings.Contains(strings.Join(strings.Fields(output), " "), test.want) {
				t.Fatalf("got error %v, want %q", err, test.want)
			}
			if err != nil {
				return
			}
			if output, err := w.Run(t.Context(), variables, "plan", "-no-color"); err != nil || !strings.Contains(output, "+ count = 2") {
				t.Errorf("got error %v from the plan, want two configurations:\n%s", err, output)
			}
		})
	}
}

// startRegistry serves a copy of the release by the provider registry protocol, in
// which it changes the last byte of the tampered file. It returns the path of a CLI
// configuration that puts it in the place of host.
func startRegistry(t *testing.T, host, tampered, keyVariable string) string {
	t.Helper()
	dir := os.Getenv(releaseVariable)
	files := t.TempDir()
	if err := os.CopyFS(files, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(os.DirFS(files), tampered)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		path := filepath.Join(files, name)
		content := read(t, path)
		content[len(content)-1]++
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	mux.Handle("/files/", http.StripPrefix("/files/", http.FileServer(http.Dir(files))))
	for path, answer := range answers(t, dir, read(t, os.Getenv(keyVariable))) {
		mux.HandleFunc("/v1/providers/unpod-ai/unpod/"+path, func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode(answer)
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	config := filepath.Join(t.TempDir(), "registry.tfrc")
	text := fmt.Sprintf("host %q {\n  services = { \"providers.v1\" = \"%s/v1/providers/\" }\n}\n", host, server.URL)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config
}

// answers returns what a registry says of the release in dir, by path. As the
// registries do, it takes everything but the key from the files. It does not say
// the ID of the key, so the CLI has to find it.
func answers(t *testing.T, dir string, key []byte) map[string]any {
	t.Helper()
	type object map[string]any
	paths, err := filepath.Glob(filepath.Join(dir, "*.zip"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("got archives %v and error %v, want one", paths, err)
	}
	archive := filepath.Base(paths[0])
	parts := strings.Split(strings.TrimSuffix(archive, ".zip"), "_")
	version, goos, goarch := parts[1], parts[2], parts[3]
	name := parts[0] + "_" + version
	var manifest struct {
		Metadata struct {
			ProtocolVersions []string `json:"protocol_versions"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(read(t, filepath.Join(dir, name+"_manifest.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(read(t, filepath.Join(dir, name+"_SHA256SUMS"))), "  "+archive)
	return map[string]any{
		"versions": object{"versions": []object{{
			"version": version, "protocols": manifest.Metadata.ProtocolVersions, "platforms": []object{{"os": goos, "arch": goarch}},
		}}},
		version + "/download/" + goos + "/" + goarch: object{
			"protocols": manifest.Metadata.ProtocolVersions, "os": goos, "arch": goarch,
			"filename": archive, "download_url": "/files/" + archive, "shasum": before[strings.LastIndex(before, "\n")+1:],
			"shasums_url": "/files/" + name + "_SHA256SUMS", "shasums_signature_url": "/files/" + name + "_SHA256SUMS.sig",
			"signing_keys": object{"gpg_public_keys": []object{{"ascii_armor": string(key)}}},
		},
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
