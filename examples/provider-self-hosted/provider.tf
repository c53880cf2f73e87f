terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

variable "unpod_api_token" {
  description = "API token of the self-hosted platform. Set it in TF_VAR_unpod_api_token."
  type        = string
  sensitive   = true
}

provider "unpod" {
  api_token   = var.unpod_api_token
  org_handle  = "acme"
  base_url    = "https://voice.example.com/unpod"
  ca_cert_pem = file("${path.module}/ca.pem")

  # The platform responds slowly: wait longer, but retry less often.
  request_timeout = "1m30s"
  max_retries     = 2
}
