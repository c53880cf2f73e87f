// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

var benchmarkSizes = []int{2, 1_000, 10_000}

// BenchmarkRead compares a read over local HTTP, as Terraform does it, with
// json.Unmarshal of the same body.
func BenchmarkRead(b *testing.B) {
	for _, size := range benchmarkSizes {
		body := listBody(b, size)
		b.Run(fmt.Sprintf("configurations=%d/with=json.Unmarshal", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				unmarshal(b, body, size)
			}
		})
		b.Run(fmt.Sprintf("configurations=%d/with=ReadDataSource", size), func(b *testing.B) {
			readList := listReader(b, body)
			b.ReportAllocs()
			for b.Loop() {
				readList(b)
			}
		})
	}
}

func unmarshal(b *testing.B, body string, want int) {
	b.Helper()
	var list struct {
		Data []unpodtest.Configuration `json:"data"`
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Data) != want {
		b.Fatal(err, len(list.Data))
	}
}

// BenchmarkPlan compares plans with the http data source and with this provider.
// Each configuration is written the way users of that provider would write it.
func BenchmarkPlan(b *testing.B) {
	local := startUnpod(b)
	planners := []*planner{
		newPlanner(b, "http", httpHead, map[string]string{"TF_VAR_url": local.URL + unpodtest.Path, "TF_VAR_api_token": local.Token}, map[string]string{"TF_CLI_CONFIG_FILE": configWithMirror(b, "HTTP_PROVIDER_MIRROR")}),
		newPlanner(b, "unpod", required, credentials(local, nil), nil),
	}
	for _, use := range planUses {
		for _, size := range benchmarkSizes {
			local.AnswerAlways(unpodtest.JSON(http.StatusOK, listBody(b, size)))
			for _, p := range planners {
				account := "variable \"account_sid\" { default = \"" + *unpodtest.Many(size)[size/2].AccountSID + "\" }\n"
				writeFile(b, filepath.Join(p.workspace.Dir, "main.tf"), p.head+account+use.configs[p.name])
			}
			if viaHTTP, viaUnpod := planners[0].plan(b), planners[1].plan(b); viaHTTP != viaUnpod {
				b.Fatalf("the outputs differ:\n%.1000s\n%.1000s", viaHTTP, viaUnpod)
			}
			for _, p := range planners {
				b.Run(fmt.Sprintf("uses=%s/configurations=%d/with=%s", use.name, size, p.name), func(b *testing.B) {
					for b.Loop() {
						p.plan(b)
					}
				})
			}
		}
	}
}

// planUses are ways to use the list: a few values, all of it, or one element that
// is looked up by its account. The local value keeps http from decoding the body
// for each reference.
var planUses = []struct {
	name    string
	configs map[string]string
}{
	{"scalars", map[string]string{"http": httpList + scalarOutputs, "unpod": unpodList + scalarOutputs}},
	{"list", map[string]string{"http": httpList + listOutput, "unpod": unpodList + listOutput}},
	{"element", map[string]string{
		"http": httpList + `output "id" { value = one([for c in local.list : c.id if c.account_sid == var.account_sid]) }`,
		"unpod": `
data "unpod_telephony_provider_configuration" "one" { account_sid = var.account_sid }
output "id" { value = data.unpod_telephony_provider_configuration.one.id }`,
	}},
}

const (
	httpList = `
data "http" "all" {
  url             = var.url
  request_headers = { Authorization = "Token ${var.api_token}", Org-Handle = "` + unpodtest.OrgHandle + `" }
}
locals { list = jsondecode(data.http.all.response_body).data }
`
	unpodList     = listConfig + "locals { list = " + listAddress + ".provider_configurations }\n"
	listOutput    = `output "list" { value = local.list }`
	scalarOutputs = `
output "number" { value = length(local.list) }
output "first"  { value = local.list[0].account_sid }
`
)

// planner runs plans with one provider.
type planner struct {
	name      string
	head      string // start of each configuration
	workspace *sandbox.Workspace
	variables map[string]string
}

// newPlanner runs init, which needs other variables than plan.
func newPlanner(b *testing.B, name, head string, variables, initVariables map[string]string) *planner {
	b.Helper()
	made := fromText(b, head)
	if _, err := made.Run(b.Context(), initVariables, "init", "-no-color"); err != nil {
		b.Fatalf("%v\nIf the registry cannot be reached, set HTTP_PROVIDER_MIRROR to a mirror of hashicorp/http.", err)
	}
	return &planner{name: name, head: head, workspace: made, variables: variables}
}

const httpHead = `
terraform {
  required_providers {
    http = { source = "hashicorp/http" }
  }
}
variable "url" { type = string }
variable "api_token" {
  type      = string
  sensitive = true
}
`

// plan returns the part of a plan that shows the outputs.
func (p *planner) plan(b *testing.B) string {
	b.Helper()
	plan := run(b, p.workspace, p.variables, "plan")
	_, changes, ok := strings.Cut(plan, "\nChanges to Outputs:\n")
	if !ok {
		b.Fatalf("the plan has no outputs:\n%s", plan)
	}
	return changes
}
