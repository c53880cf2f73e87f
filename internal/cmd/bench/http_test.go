// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The provider hashicorp/http is not at hand in a test, and so this program
// plays it where Terraform starts it under that name: as far as the scenarios
// use it.
func TestMain(m *testing.M) {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "terraform-provider-http_v") {
		err := providerserver.Serve(context.Background(), func() provider.Provider { return httpProvider{} },
			providerserver.ServeOpts{Address: "registry.terraform.io/" + httpSource, ProtocolVersion: 6})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// httpFolder is what HTTP_PROVIDER_DIR may name.
func httpFolder(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "terraform-provider-http_v3.2.1"), program, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

type httpProvider struct{ provider.Provider }

func (httpProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "http"
}

func (httpProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (httpProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (httpProvider) Resources(context.Context) []func() resource.Resource { return nil }

func (httpProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return httpDataSource{} }}
}

type httpDataSource struct{}

type httpModel struct {
	URL            types.String      `tfsdk:"url"`
	RequestHeaders map[string]string `tfsdk:"request_headers"`
	ResponseBody   types.String      `tfsdk:"response_body"`
}

func (httpDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "http"
}

func (httpDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = datasourceschema.Schema{Attributes: map[string]datasourceschema.Attribute{
		"url":             datasourceschema.StringAttribute{Required: true},
		"request_headers": datasourceschema.MapAttribute{Required: true, ElementType: types.StringType},
		"response_body":   datasourceschema.StringAttribute{Computed: true},
	}}
}

func (httpDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model httpModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	body, err := get(ctx, model.URL.ValueString(), model.RequestHeaders)
	if err != nil {
		resp.Diagnostics.AddError("The request failed", err.Error())
		return
	}
	model.ResponseBody = types.StringValue(body)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func get(ctx context.Context, url string, headers map[string]string) (body string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := new(http.Client).Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	return string(read), err
}
