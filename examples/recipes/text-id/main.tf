terraform {
  required_version = ">= 1.4" # terraform_data; OpenTofu has it since 1.6

  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

provider "unpod" {}

data "unpod_telephony_provider_configuration" "twilio" {
  provider_slug = "twilio"
}

# This resource stands in for a container, whose environment variables must be
# strings.
resource "terraform_data" "container" {
  input = jsonencode({
    environment = [
      { name = "PROVIDER_CONFIG_ID", value = tostring(data.unpod_telephony_provider_configuration.twilio.id) },
    ]
  })
}
