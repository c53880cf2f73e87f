terraform {
  required_version = ">= 1.4" # terraform_data; OpenTofu has it since 1.6

  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

# The plan fails unless exactly one configuration matches.
data "unpod_telephony_provider_configuration" "this" {
  provider_slug = var.provider_slug
  account_sid   = var.account_sid

  lifecycle {
    postcondition {
      condition     = self.account_sid != null
      error_message = "Provider configuration ${self.id} has no account SID. A bridge can only use a phone number that belongs to the configuration's account."
    }
  }
}

# Do not add create_before_destroy: Terraform would not run the destroy-time
# provisioner. If it did, Unpod would undo the new connection, because it
# disconnects by number.
resource "terraform_data" "connection" {
  # If one of these changes, Terraform disconnects, then connects again.
  triggers_replace = {
    bridge_slug        = var.bridge_slug
    phone_number       = var.phone_number
    provider_config_id = data.unpod_telephony_provider_configuration.this.id
  }

  provisioner "local-exec" {
    interpreter = ["/bin/sh", "${path.module}/post.sh"]
    command     = "${self.triggers_replace.bridge_slug}/connect-provider/"
    environment = {
      # jsonencode writes the id as a number. Unpod refuses a string.
      BODY = jsonencode({
        provider_config_id = self.triggers_replace.provider_config_id
        phone_number       = self.triggers_replace.phone_number
      })
    }
  }

  # A destroy-time provisioner can only use the resource's own values, which come
  # from state.
  provisioner "local-exec" {
    when        = destroy
    interpreter = ["/bin/sh", "${path.module}/post.sh"]
    command     = "${self.triggers_replace.bridge_slug}/disconnect-provider/"
    environment = {
      BODY = jsonencode({ phone_number = self.triggers_replace.phone_number })
    }
  }
}
