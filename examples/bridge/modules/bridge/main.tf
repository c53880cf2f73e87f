terraform {
  required_version = ">= 1.4" # the first with terraform_data

  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

# Exactly one configuration, or the plan stops here.
data "unpod_telephony_provider_configuration" "this" {
  provider_slug = var.provider_slug
  account_sid   = var.account_sid

  lifecycle {
    postcondition {
      condition     = self.account_sid != null
      error_message = "Provider configuration ${self.id} has no account, and a bridge can only use a number of the configuration's account."
    }
  }
}

locals {
  # Connect Provider to Bridge. jsonencode writes the id as a JSON number, which
  # is what the API asks for.
  request = {
    method = "POST"
    path   = "/api/v2/platform/telephony/bridges/${var.bridge_slug}/connect-provider/"
    body = jsonencode({
      provider_config_id = data.unpod_telephony_provider_configuration.this.id
      phone_number       = var.phone_number
    })
  }
}

# Stands in for whatever makes the request. Another id replaces it, as another
# configuration means another connection.
resource "terraform_data" "connection" {
  input            = local.request
  triggers_replace = [data.unpod_telephony_provider_configuration.this.id]
}
